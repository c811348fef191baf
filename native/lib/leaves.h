/* SPDX-License-Identifier: MIT */
/* The leaves that move a machine's module through its life; each gives its completion status. */
#ifndef TDXDASH_LIB_LEAVES_H
#define TDXDASH_LIB_LEAVES_H

#include "machine.h"

/* TDH.SYS.INIT and TDH.SYS.LP.INIT. */
uint64_t leaf_sys_init(struct machine *machine, struct tdxdash_registers *registers);
uint64_t leaf_sys_lp_init(struct machine *machine, struct tdxdash_registers *registers);

/* TDH.SYS.KEY.CONFIG. */
uint64_t leaf_sys_key_config(struct machine *machine);

/* TDH.SYS.TDMR.INIT. */
uint64_t leaf_sys_tdmr_init(struct machine *machine, struct tdxdash_registers *registers);

/* TDH.SYS.SHUTDOWN and TDH.SYS.UPDATE. */
uint64_t leaf_sys_shutdown(struct machine *machine, const struct tdxdash_registers *registers);
uint64_t leaf_sys_update(struct machine *machine);

/* The new module finds what the old one handed over. */
void handoff_show(struct machine *machine);

/* SEAMLDR.INSTALL. */
uint64_t leaf_seamldr_install(struct machine *machine, struct tdxdash_registers *registers);

#endif
