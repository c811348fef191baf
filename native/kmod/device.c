// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include "backend.h"
#include "tdxdash_ioctl.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

/* Completion statuses of TDH.SYS.RDALL with which the page holds a list: all of it, or the first part. */
#define STATUS_MASK 0xffffffff00000000ull
#define TDX_SUCCESS 0ull
#define TDX_METADATA_LIST_OVERFLOW 0xc0000c0400000000ull

static int device_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	/* There is nothing to write, so who asks for it means another device. */
	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	return nonseekable_open(inode, file);
}

static int report_info(void __user *argument)
{
	const struct tdxdash_ioctl_info info = {
		.abi_version = TDXDASH_IOCTL_ABI_VERSION,
		.flags = backend_flags,
	};

	return copy_to_user(argument, &info, sizeof(info)) ? -EFAULT : 0;
}

static int call_sys_rd(void __user *argument)
{
	struct backend_registers registers = { 0 };
	struct tdxdash_ioctl_sys_rd call;
	int result;

	if (copy_from_user(&call, argument, sizeof(call)))
		return -EFAULT;
	if (call.reserved[0] || call.reserved[1])
		return -EINVAL;
	registers.rdx = call.field_id;
	result = backend_sys_rd(&registers);
	if (result)
		return result;
	call.status = registers.rax;
	call.next_id = registers.rdx;
	call.value = registers.r8;
	return copy_to_user(argument, &call, sizeof(call)) ? -EFAULT : 0;
}

/* What a list says of its own length, as far as it can be true; 0 where the module did not write one. */
static u32 list_size(u64 status, const void *page)
{
	if ((status & STATUS_MASK) != TDX_SUCCESS && (status & STATUS_MASK) != TDX_METADATA_LIST_OVERFLOW)
		return 0;
	return min_t(u32, *(const u16 *)page, PAGE_SIZE);
}

static int fill_list(struct tdxdash_ioctl_sys_rdall *call, void *page)
{
	struct backend_registers registers = { .r8 = call->first_id };
	int result = backend_sys_rdall(&registers, page);

	if (result)
		return result;
	call->status = registers.rax;
	call->next_id = registers.r8;
	call->list_size = list_size(registers.rax, page);
	return copy_to_user(u64_to_user_ptr(call->buffer), page, call->list_size) ? -EFAULT : 0;
}

static int call_sys_rdall(void __user *argument)
{
	struct tdxdash_ioctl_sys_rdall call;
	unsigned long page;
	int result;

	if (copy_from_user(&call, argument, sizeof(call)))
		return -EFAULT;
	if (call.reserved[0] || call.reserved[1] || call.buffer_size != PAGE_SIZE)
		return -EINVAL;
	/* A page of its own for each call: nothing of one caller's list is left for the next. */
	page = get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	result = fill_list(&call, (void *)page);
	free_page(page);
	if (result)
		return result;
	return copy_to_user(argument, &call, sizeof(call)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int request, unsigned long argument)
{
	void __user *structure = (void __user *)argument;

	switch (request) {
	case TDXDASH_IOCTL_INFO:
		return report_info(structure);
	case TDXDASH_IOCTL_SYS_RD:
		return call_sys_rd(structure);
	case TDXDASH_IOCTL_SYS_RDALL:
		return call_sys_rdall(structure);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "tdxdash",
	.mode = 0600,
	.fops = &operations,
};

int tdxdash_register(void)
{
	return misc_register(&device);
}

void tdxdash_deregister(void)
{
	misc_deregister(&device);
}
