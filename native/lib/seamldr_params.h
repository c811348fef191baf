/* SPDX-License-Identifier: MIT */
/* SEAMLDR_PARAMS of the SEAM Loader Interface Specification: what SEAMLDR.INSTALL is told. */
#ifndef TDXDASH_LIB_SEAMLDR_PARAMS_H
#define TDXDASH_LIB_SEAMLDR_PARAMS_H

#include "memory.h"
#include "platform.h"

/* Bytes of the structure, and its alignment. */
#define SEAMLDR_PARAMS_SIZE 4096u
#define SEAMLDR_MAX_MODULE_PAGES 496u

/* Whether the structure at an address can be; scenario is given where it can. */
bool seamldr_params_read(const struct memory *memory, const struct module_platform *platform, uint64_t address,
			 uint32_t *scenario);

/* Fills in the structure for a module of one page; SIGSTRUCT and that page lie behind it. */
void seamldr_params_make(uint64_t address, uint32_t scenario, unsigned char bytes[SEAMLDR_PARAMS_SIZE]);

#endif
