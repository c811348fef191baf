/* SPDX-License-Identifier: GPL-2.0-only */
/* Enough of stdint.h for the files of libtdxdash that the emulated variant compiles for the kernel. */
#ifndef TDXDASH_KMOD_COMPAT_STDINT_H
#define TDXDASH_KMOD_COMPAT_STDINT_H

#include <linux/types.h>

#define UINT32_C(value) value##u
#define UINT64_C(value) value##ull
#define UINT64_MAX UINT64_C(0xffffffffffffffff)

#endif
