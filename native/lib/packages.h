/* SPDX-License-Identifier: MIT */
/* The packages of an emulated platform, which its metadata fields NUM_PKGS and PKG_FMS speak of. */
#ifndef TDXDASH_LIB_PACKAGES_H
#define TDXDASH_LIB_PACKAGES_H

#include "module.h"

/* How many packages the platform has: as it says itself, else as NUM_PKGS says, but no more than processors. */
uint32_t packages_of(const struct module *module);

/* Makes NUM_PKGS and PKG_FMS speak of count packages, all of one family, model and stepping. */
void replace_packages(struct module *module, uint32_t count);

/* Makes a module that is to be loaded speak of the packages that another one speaks of. */
void copy_packages(struct module *to, const struct module *from);

#endif
