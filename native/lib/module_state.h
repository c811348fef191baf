/* SPDX-License-Identifier: MIT */
/* How far an emulated module came. */
#ifndef TDXDASH_LIB_MODULE_STATE_H
#define TDXDASH_LIB_MODULE_STATE_H

#include "platform.h"
#include "tdmr.h"

/* Each leaf that changes state takes it and moves it on. */
struct module_state {
	uint32_t sys_state; /* tdxdash_sys_state */
	uint32_t global_lock;
	uint32_t initialized_logical_processors;
	uint32_t global_private_keyid; /* 0 before TDH.SYS.CONFIG accepted its operands */
	uint32_t keyed_packages;       /* a bit for each package that did TDH.SYS.KEY.CONFIG */
	bool dynamic_pamt;             /* as TDH.SYS.CONFIG asked for it with operands that were accepted */
	uint32_t tdmr_count;           /* 0 before TDH.SYS.CONFIG accepted everything */
	struct tdmr_info tdmrs[TDMR_MAX_COUNT];
	uint64_t initialized_bytes[TDMR_MAX_COUNT]; /* of each TDMR, by TDH.SYS.TDMR.INIT */
};

/* Where a module begins its life on a platform. */
void module_state_begin(struct module_state *state, const struct module_platform *platform);

/* A module that was just installed: TDH.SYS.INIT is awaited, and nothing is known of the one before. */
void module_state_restart(struct module_state *state);

/* Bytes of all TDMRs, and how many of them are initialized. */
uint64_t module_state_tdmr_bytes(const struct module_state *state);
uint64_t module_state_initialized_bytes(const struct module_state *state);

#endif
