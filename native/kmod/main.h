/* SPDX-License-Identifier: GPL-2.0-only */
/* How the three variants call themselves. */
#ifndef TDXDASH_KMOD_MAIN_H
#define TDXDASH_KMOD_MAIN_H

#if defined(TDXDASH_TEST)
#define TDXDASH_DESCRIPTION "TEST of tdxdash: executes other instructions in place of SEAMCALL; never install it"
#define TDXDASH_WHAT "a TEST, nothing that it answers is true"
#elif defined(TDXDASH_EMULATED)
#define TDXDASH_DESCRIPTION "EMULATED TDX module behind /dev/tdxdash: every answer is made up; never install it"
#define TDXDASH_WHAT "EMULATED, every answer is made up"
#else
#define TDXDASH_DESCRIPTION "Reads the global metadata of the Intel TDX module: TDH.SYS.RD and TDH.SYS.RDALL"
#define TDXDASH_WHAT "TDH.SYS.RD and TDH.SYS.RDALL"
#endif

extern const int tdxdash_only_one;

#endif
