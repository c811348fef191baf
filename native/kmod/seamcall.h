/* SPDX-License-Identifier: GPL-2.0-only */
/* One execution of the SEAMCALL instruction on this CPU. */
#ifndef TDXDASH_KMOD_SEAMCALL_H
#define TDXDASH_KMOD_SEAMCALL_H

#include <linux/types.h>
#include <asm/asm.h>

/* In and out. RAX is the leaf on the way in and the completion status on the way out. */
struct seamcall_registers {
	u64 rax, rcx, rdx, r8, r9, r10, r11;
};

/* What became of the instruction. Below these: the vector of the exception that it raised. */
#define SEAMCALL_COMPLETED 0x100
#define SEAMCALL_VMFAIL_INVALID 0x101

/* 66 0f 01 cf: neither every assembler nor every objtool that is in use knows the mnemonic. */
#define SEAMCALL_INSTRUCTION ".byte 0x66, 0x0f, 0x01, 0xcf"

/*
 * Defines a function that executes one instruction. An exception in it does not reach the kernel: the exception table
 * continues behind the instruction with the vector in EAX. CF says VMfailInvalid. RBX, RBP, RSI, RDI and R12 to R15 are
 * as they were, which the kernel's own SEAMCALL relies on as well. Each function is noinline, so that a binary can be
 * checked for how often it holds the instruction.
 */
#define DEFINE_SEAMCALL(name, instruction)                                                                             \
	static noinline u32 name(struct seamcall_registers *io)                                                        \
	{                                                                                                              \
		register u64 r8 asm("r8") = io->r8;                                                                    \
		register u64 r9 asm("r9") = io->r9;                                                                    \
		register u64 r10 asm("r10") = io->r10;                                                                 \
		register u64 r11 asm("r11") = io->r11;                                                                 \
		u32 outcome = SEAMCALL_COMPLETED;                                                                      \
                                                                                                                       \
		asm volatile("1:	" instruction "\n"                                                             \
			     "	jnc	3f\n"                                                                          \
			     "	movl	%[invalid], %[outcome]\n"                                                      \
			     "	jmp	3f\n"                                                                          \
			     "2:	movl	%%eax, %[outcome]\n"                                                   \
			     "3:\n" _ASM_EXTABLE_FAULT(1b, 2b)                                                         \
			     : "+a"(io->rax), "+c"(io->rcx), "+d"(io->rdx), "+r"(r8), "+r"(r9), "+r"(r10), "+r"(r11),  \
			       [outcome] "+r"(outcome)                                                                 \
			     : [invalid] "i"(SEAMCALL_VMFAIL_INVALID)                                                  \
			     : "cc", "memory");                                                                        \
		io->r8 = r8;                                                                                           \
		io->r9 = r9;                                                                                           \
		io->r10 = r10;                                                                                         \
		io->r11 = r11;                                                                                         \
		return outcome;                                                                                        \
	}

#endif
