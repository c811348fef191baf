/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test variant's part of seamcall.c, and no part of any package. Without a TDX module SEAMCALL can only raise #UD.
 * The other ways out of DEFINE_SEAMCALL are taken by other instructions in its place, and the statuses that lead to
 * another try are made up behind it.
 */
#include <linux/moduleparam.h>
#include <linux/string.h>

enum instruction {
	TEST_SEAMCALL = 0,       /* the real one */
	TEST_NON_CANONICAL = 1,  /* a load that raises #GP */
	TEST_CARRY = 2,          /* VMfailInvalid */
	TEST_ANSWER = 3,         /* success, with an answer that is made up */
};

static bool force;
module_param(force, bool, 0400);
MODULE_PARM_DESC(force, "load on any machine, and log what speaks against it");

static uint instruction;
module_param(instruction, uint, 0600);
MODULE_PARM_DESC(instruction, "0 SEAMCALL, 1 a load that raises #GP, 2 VMfailInvalid, 3 a made-up answer");

static bool check_vmx = true;
module_param(check_vmx, bool, 0600);
MODULE_PARM_DESC(check_vmx, "whether CR4.VMXE must be set");

static ulong executions;
module_param(executions, ulong, 0600);
MODULE_PARM_DESC(executions, "instructions executed so far");

static unsigned long long answer_status;
module_param(answer_status, ullong, 0600);
MODULE_PARM_DESC(answer_status, "status of a made-up answer while answer_times lasts; 0 afterwards");

static uint answer_times;
module_param(answer_times, uint, 0600);
MODULE_PARM_DESC(answer_times, "how many made-up answers still have that status");

static uint list_bytes;
module_param(list_bytes, uint, 0600);
MODULE_PARM_DESC(list_bytes, "what the header of a made-up list says of its length, up to 65535");

const u32 backend_flags = TDXDASH_IOCTL_TEST;

int backend_start(void)
{
	return host_check(force);
}

static bool needs_vmx(void)
{
	return check_vmx;
}

DEFINE_SEAMCALL(execute_non_canonical, "movq	(%%rax), %%rax")
DEFINE_SEAMCALL(execute_carry, "stc")
DEFINE_SEAMCALL(execute_answer, "xorl	%%eax, %%eax")

/* Answers as a module could, and so that a test sees which register came and went where. */
static void make_up(struct seamcall_registers *io, u64 leaf)
{
	if (answer_times) {
		answer_times--;
		io->rax = answer_status;
	}
	if (leaf == TDH_SYS_RDALL) {
		u16 bytes = (u16)list_bytes;

		memset(phys_to_virt(io->rdx), 0x5a, PAGE_SIZE);
		memcpy(phys_to_virt(io->rdx), &bytes, sizeof(bytes));
		io->r8++;
		return;
	}
	io->r8 = ~io->rdx;
	io->rdx++;
}

static u32 execute(struct seamcall_registers *io)
{
	u64 leaf = io->rax;
	u32 outcome;

	executions++;
	switch (instruction) {
	case TEST_NON_CANONICAL:
		io->rax = 1ull << 63;
		return execute_non_canonical(io);
	case TEST_CARRY:
		return execute_carry(io);
	case TEST_ANSWER:
		outcome = execute_answer(io);
		make_up(io, leaf);
		return outcome;
	default:
		return execute_seamcall(io);
	}
}
