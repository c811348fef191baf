/* SPDX-License-Identifier: MIT */
/* TDH.SYS.CONFIG: the checks of Intel's published tdh_sys_config.c, in its order and with its statuses. */
#ifndef TDXDASH_LIB_SYS_CONFIG_H
#define TDXDASH_LIB_SYS_CONFIG_H

#include "cmrs.h"
#include "memory.h"
#include "module.h"
#include "module_state.h"

#define TDX_SYS_BUSY UINT64_C(0x8000020200000000)
#define TDX_SYS_CONFIG_NOT_PENDING UINT64_C(0xc000050c00000000)
#define TDX_INVALID_TDMR UINT64_C(0xc0000a0000000000)
#define TDX_NON_ORDERED_TDMR UINT64_C(0xc0000a0100000000)
#define TDX_TDMR_OUTSIDE_CMRS UINT64_C(0xc0000a0200000000)
#define TDX_INVALID_PAMT UINT64_C(0xc0000a1000000000)
#define TDX_PAMT_OUTSIDE_CMRS UINT64_C(0xc0000a1100000000)
#define TDX_PAMT_OVERLAP UINT64_C(0xc0000a1200000000)
#define TDX_INVALID_RESERVED_IN_TDMR UINT64_C(0xc0000a2000000000)
#define TDX_NON_ORDERED_RESERVED_IN_TDMR UINT64_C(0xc0000a2100000000)

/* R8 bit 16 asks for Dynamic PAMT, of modules that offer it: the 4K level of every PAMT is then a bitmap. */
#define TDX_SYS_CONFIG_DYNAMIC_PAMT UINT64_C(0x10000)
/* The tree of Dynamic PAMT covers addresses of 48 bits, which the KeyID must leave free. */
#define TDX_MAX_DYNAMIC_PAMT_KEYID_START_BIT 48u

/* TDH.SYS.CONFIG. */
void module_sys_config(const struct module *module, const struct memory *memory, struct module_state *state,
		       struct tdxdash_registers *registers);

/* The checks of TDMR index, which may look at those before it; each gives a completion status. */
uint64_t check_tdmr(const struct module_platform *platform, const struct tdmr_info *tdmrs, uint32_t index);
uint64_t check_pamt(const struct module_platform *platform, const struct tdmr_info *tdmrs, uint32_t index,
		    bool dynamic_pamt);
uint64_t check_inside_cmrs(const struct cmr_slots *cmrs, const struct tdmr_info *info, uint32_t index);

/* Whether a range lies inside the address width and carries no KeyID. */
bool is_plain_range(const struct module_platform *platform, struct range range);

/* The low half of a status: byte 0 names the TDMR, byte 1 a reserved area or PAMT level, byte 2 another TDMR. */
static inline uint64_t with_info(uint64_t status, uint32_t tdmr, uint32_t part, uint32_t other)
{
	return status | tdmr | part << 8 | other << 16;
}

#endif
