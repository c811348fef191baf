/* SPDX-License-Identifier: MIT */
/*
 * The ioctls of /dev/tdxdash, shared by the kernel module and libtdxdash.
 *
 * No ioctl carries a leaf number or a physical address: user space can ask for TDH.SYS.RD and TDH.SYS.RDALL and for
 * nothing else. A TDX completion status is data. errno means that no SEAMCALL was made:
 *   ENODEV     no TDX module: not an Intel CPU, no private KeyIDs, a virtual machine, or VMfailInvalid
 *   ENOTCONN   VMX is off on this CPU (#UD)
 *   EOPNOTSUPP TDX is not enabled by the BIOS (#GP)
 *   EBUSY      the bounded retries were spent
 *   ESHUTDOWN  the kernel is shutting down, suspending or starting another kernel
 *   EIO        the instruction raised another exception, which the kernel log names
 *   EINVAL     a reserved member is not zero, or a size is wrong
 */
#ifndef TDXDASH_IOCTL_H
#define TDXDASH_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/stddef.h>
#define TDXDASH_IOCTL_ASSERT(expression, text) static_assert(expression, text)
#else
#include <stddef.h>
#define TDXDASH_IOCTL_ASSERT(expression, text) _Static_assert(expression, text)
#endif

#define TDXDASH_IOCTL_ABI_VERSION 1u

/* flags of tdxdash_ioctl_info. A library refuses a flag that it does not know. */
#define TDXDASH_IOCTL_EMULATED 1u /* the kernel module answers by software */
#define TDXDASH_IOCTL_TEST 2u     /* the kernel module is a test of itself: nothing that it answers is true */

/* Everything is out. */
struct tdxdash_ioctl_info {
	__u32 abi_version;
	__u32 flags;
	__u64 reserved[3]; /* 0 */
};

/* TDH.SYS.RD. The field id goes to the TDX module as it is; that one checks it, and its refusal is a status. */
struct tdxdash_ioctl_sys_rd {
	__u64 field_id;    /* in */
	__u64 status;      /* out: RAX */
	__u64 next_id;     /* out: RDX */
	__u64 value;       /* out: R8 */
	__u64 reserved[2]; /* 0 */
};

/* TDH.SYS.RDALL into a page of the kernel module's own, of which list_size bytes are copied to buffer. */
struct tdxdash_ioctl_sys_rdall {
	__u64 first_id;    /* in: R8 */
	__u64 buffer;      /* in: user address of buffer_size bytes */
	__u32 buffer_size; /* in: 4096 */
	__u32 list_size;   /* out: 0 where the module filled nothing */
	__u64 status;      /* out: RAX */
	__u64 next_id;     /* out: R8 */
	__u64 reserved[2]; /* 0 */
};

#define TDXDASH_IOCTL_MAGIC 0xd6
#define TDXDASH_IOCTL_INFO _IOR(TDXDASH_IOCTL_MAGIC, 0x40, struct tdxdash_ioctl_info)
#define TDXDASH_IOCTL_SYS_RD _IOWR(TDXDASH_IOCTL_MAGIC, 0x41, struct tdxdash_ioctl_sys_rd)
#define TDXDASH_IOCTL_SYS_RDALL _IOWR(TDXDASH_IOCTL_MAGIC, 0x42, struct tdxdash_ioctl_sys_rdall)

TDXDASH_IOCTL_ASSERT(sizeof(struct tdxdash_ioctl_info) == 32, "tdxdash_ioctl_info");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_info, flags) == 4, "tdxdash_ioctl_info.flags");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_info, reserved) == 8, "tdxdash_ioctl_info.reserved");
TDXDASH_IOCTL_ASSERT(sizeof(struct tdxdash_ioctl_sys_rd) == 48, "tdxdash_ioctl_sys_rd");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rd, status) == 8, "tdxdash_ioctl_sys_rd.status");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rd, next_id) == 16, "tdxdash_ioctl_sys_rd.next_id");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rd, value) == 24, "tdxdash_ioctl_sys_rd.value");
TDXDASH_IOCTL_ASSERT(sizeof(struct tdxdash_ioctl_sys_rdall) == 56, "tdxdash_ioctl_sys_rdall");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rdall, buffer_size) == 16, "tdxdash_ioctl_sys_rdall.buffer_size");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rdall, status) == 24, "tdxdash_ioctl_sys_rdall.status");
TDXDASH_IOCTL_ASSERT(offsetof(struct tdxdash_ioctl_sys_rdall, next_id) == 32, "tdxdash_ioctl_sys_rdall.next_id");

#endif
