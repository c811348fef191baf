/* SPDX-License-Identifier: MIT */
/* What an emulated platform can be. */
#ifndef TDXDASH_LIB_PLATFORM_H
#define TDXDASH_LIB_PLATFORM_H

#include "tdxdash.h"

#include <stdbool.h>

/* The architectural end of the physical address space. */
#define ADDRESS_LIMIT (UINT64_C(1) << 52)

/* What the module checks physical addresses, KeyIDs and processors against, and where its life begins. */
struct module_platform {
	uint32_t max_pa_bits;
	uint32_t keyid_start_bit;
	uint32_t keyid_bits;
	uint32_t first_private_keyid;
	uint32_t last_private_keyid;
	uint32_t logical_processors;
	uint32_t initialized_logical_processors;
	uint32_t sys_state;
	uint32_t global_lock;
	uint32_t packages;    /* 0 where the metadata says */
	uint32_t max_updates; /* installs that the P-SEAMLDR allows from a load on */
	uint64_t seamrr_base;
	uint64_t seamrr_size;
};

/* Whether an address has a sensible width. */
bool platform_has_address_width(const struct module_platform *platform);

/* Whether the KeyIDs lie inside an address, and the first private one inside the KeyIDs. */
bool platform_has_keyids(const struct module_platform *platform);

/* Whether the last private KeyID is one; the other KeyIDs must have been checked. */
bool platform_has_last_private_keyid(const struct module_platform *platform);

/* Whether a range lies inside the physical address space. */
bool is_address_range(uint64_t base, uint64_t size);

/* The largest KeyID; the KeyIDs must have been checked. */
uint32_t platform_max_keyid(const struct module_platform *platform);

/* The KeyID bits of a physical address. */
uint64_t platform_keyid_mask(const struct module_platform *platform);

/* Whether an address can be that of size bytes which the host shares with the module: aligned to size (a power of 2),
 * inside the address width, with a shared KeyID, outside the SEAM range. */
bool platform_is_shared(const struct module_platform *platform, uint64_t address, uint64_t size);

#endif
