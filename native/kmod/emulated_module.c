// SPDX-License-Identifier: GPL-2.0-only
/* What libtdxdash answers in a process, compiled for the kernel: the same text, so the same answers. */
#include "../lib/module.c"
#include "../lib/platform.c"
