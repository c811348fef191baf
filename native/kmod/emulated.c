// SPDX-License-Identifier: GPL-2.0-only
/* The backend of the emulated variant: the emulated module of libtdxdash answers, from a profile that was compiled in. */
#define pr_fmt(text) KBUILD_MODNAME ": " text

#include "backend.h"
#include "tdxdash_ioctl.h"

#include <linux/errno.h>
#include <linux/printk.h>

/* libtdxdash's struct module, not that of the kernel, whose linux/module.h must stay out of this file. */
#include "module.h"

#include "profile_table.h"

const u32 backend_flags = TDXDASH_IOCTL_EMULATED;

int backend_start(void)
{
	pr_warn("EMULATED: /dev/tdxdash will answer from the profile %s, and no TDX module will be asked\n",
		PROFILE.name);
	return 0;
}

int backend_sys_rd(struct backend_registers *registers)
{
	struct tdxdash_registers io = { .rdx = registers->rdx };

	module_sys_rd(&PROFILE, &io);
	registers->rax = io.rax;
	registers->rdx = io.rdx;
	registers->r8 = io.r8;
	return 0;
}

int backend_sys_rdall(struct backend_registers *registers, void *page)
{
	/* RDX 0: the page is of the callers' choice. */
	struct tdxdash_registers io = { .r8 = registers->r8 };

	module_sys_rdall(&PROFILE, &io, page);
	registers->rax = io.rax;
	registers->r8 = io.r8;
	return 0;
}
