// SPDX-License-Identifier: GPL-2.0-only
/* The real backend: SEAMCALL, for two leaves and no other. */
#define pr_fmt(text) KBUILD_MODNAME ": " text

#include "seamcall.h"

#include "backend.h"
#include "host.h"
#include "tdxdash_ioctl.h"

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>

#include <asm/io.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

/* Leaf numbers, Intel TDX module ABI specification. 33, 35 and 36, next to these, change the state of the module. */
enum leaf {
	TDH_SYS_RD = 34,
	TDH_SYS_RDALL = 37,
};

/* Completion statuses without their details in bits 31:0. */
#define STATUS_MASK 0xffffffff00000000ull
#define TDX_OPERAND_BUSY 0x8000020000000000ull
#define TDX_SYS_BUSY 0x8000020200000000ull
#define TDX_RND_NO_ENTROPY 0x8000020300000000ull

/* Executions before a call is given up. Linux, too, tries RDRAND ten times; busy for longer is a fault of the host. */
#define ENTROPY_TRIES 10
#define BUSY_TRIES 3

DEFINE_SEAMCALL(execute_seamcall, SEAMCALL_INSTRUCTION)

#ifdef TDXDASH_TEST
#include "test_instructions.h"
#else
const u32 backend_flags;

int backend_start(void)
{
	return host_check(false);
}

static bool needs_vmx(void)
{
	return true;
}

static u32 execute(struct seamcall_registers *io)
{
	return execute_seamcall(io);
}
#endif

/* Callers one after another: a second CPU would only make the module answer busy. */
static DEFINE_MUTEX(one_call);

/*
 * One execution. Interrupts are off, so that neither VMX nor the TDX module is switched off or updated on this CPU
 * between the check and the instruction. Only the NMI of a crash can still come between; then there is an #UD to catch.
 */
static int execute_here(struct seamcall_registers *io, u32 *outcome)
{
	unsigned long flags;
	int result = 0;

	local_irq_save(flags);
	if (system_state > SYSTEM_RUNNING)
		result = -ESHUTDOWN;
	else if (needs_vmx() && !(native_read_cr4() & X86_CR4_VMXE))
		result = -ENOTCONN;
	else
		*outcome = execute(io);
	local_irq_restore(flags);
	return result;
}

static int errno_of(u32 outcome)
{
	switch (outcome) {
	case SEAMCALL_COMPLETED:
		return 0;
	case SEAMCALL_VMFAIL_INVALID:
		return -ENODEV;
	case X86_TRAP_UD:
		return -ENOTCONN;
	case X86_TRAP_GP:
		return -EOPNOTSUPP;
	default:
		pr_err_ratelimited("SEAMCALL raised exception %u\n", outcome);
		return -EIO;
	}
}

/* How often a status may be seen before the call is given up; 0 for a status that is an answer. */
static unsigned int most_tries(u64 status)
{
	switch (status & STATUS_MASK) {
	case TDX_RND_NO_ENTROPY:
		return ENTROPY_TRIES;
	case TDX_OPERAND_BUSY:
	case TDX_SYS_BUSY:
		return BUSY_TRIES;
	default:
		return 0;
	}
}

static int repeat_while_busy(const struct seamcall_registers *in, struct seamcall_registers *out)
{
	unsigned int tries = 0;
	u32 outcome = 0;
	int result;

	do {
		*out = *in;
		result = execute_here(out, &outcome);
		if (!result)
			result = errno_of(outcome);
		if (result)
			return result;
		if (!most_tries(out->rax))
			return 0;
	} while (++tries < most_tries(out->rax));

	pr_notice_ratelimited("leaf %llu was given up after %u tries: status 0x%016llx\n", in->rax, tries, out->rax);
	return -EBUSY;
}

/* The only way to the instruction. The allow-list is here, whatever the callers above come to be. */
static int call(enum leaf leaf, struct seamcall_registers *io)
{
	const struct seamcall_registers in = { .rax = leaf, .rdx = io->rdx, .r8 = io->r8 };
	int result;

	if (leaf != TDH_SYS_RD && leaf != TDH_SYS_RDALL)
		return -EPERM;
	if (mutex_lock_interruptible(&one_call))
		return -ERESTARTSYS;
	result = repeat_while_busy(&in, io);
	mutex_unlock(&one_call);
	return result;
}

int backend_sys_rd(struct backend_registers *registers)
{
	struct seamcall_registers io = { .rdx = registers->rdx };
	int result = call(TDH_SYS_RD, &io);

	if (result)
		return result;
	registers->rax = io.rax;
	registers->rdx = io.rdx;
	registers->r8 = io.r8;
	return 0;
}

int backend_sys_rdall(struct backend_registers *registers, void *page)
{
	/* An address of the direct map has KeyID 0, which is shared. */
	struct seamcall_registers io = { .rdx = virt_to_phys(page), .r8 = registers->r8 };
	int result = call(TDH_SYS_RDALL, &io);

	if (result)
		return result;
	registers->rax = io.rax;
	registers->r8 = io.r8;
	return 0;
}
