/* SPDX-License-Identifier: GPL-2.0-only */
/* The two leaves that read global metadata. seamcall.c asks the TDX module; emulated.c answers by itself. */
#ifndef TDXDASH_KMOD_BACKEND_H
#define TDXDASH_KMOD_BACKEND_H

#include <linux/types.h>

/* The registers that TDH.SYS.RD and TDH.SYS.RDALL use: in, and after a call that was executed, out. */
struct backend_registers {
	u64 rax; /* out: the completion status */
	u64 rdx;
	u64 r8;
};

/* What INFO says of answers that come from here. */
extern const u32 backend_flags;

/* Returns 0 where calls can be made on this machine, else an errno with the reason in the kernel log. */
int backend_start(void);

/* RDX is the field id, and the next one afterwards; R8 the value. Returns 0 or an errno of tdxdash_ioctl.h. */
int backend_sys_rd(struct backend_registers *registers);

/* R8 is the first field id, and the next one afterwards; RDX is not used. The page is of 4096 bytes in the direct map. */
int backend_sys_rdall(struct backend_registers *registers, void *page);

#endif
