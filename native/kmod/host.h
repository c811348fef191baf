/* SPDX-License-Identifier: GPL-2.0-only */
/* What a machine must have before a SEAMCALL may be tried on it. */
#ifndef TDXDASH_KMOD_HOST_H
#define TDXDASH_KMOD_HOST_H

#include <linux/types.h>

/*
 * Returns 0 where this machine can be a TDX host, else -ENODEV with the reason in the kernel log. With force every
 * reason is logged, and the answer is 0: only the test variant can ask for that.
 */
int host_check(bool force);

#endif
