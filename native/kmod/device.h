/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/tdxdash. */
#ifndef TDXDASH_KMOD_DEVICE_H
#define TDXDASH_KMOD_DEVICE_H

int tdxdash_register(void);
void tdxdash_deregister(void);

#endif
