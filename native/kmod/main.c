// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(text) KBUILD_MODNAME ": " text

#include "main.h"

#include "backend.h"
#include "device.h"

#include <linux/module.h>
#include <linux/printk.h>

/*
 * Every variant exports this, and the kernel loads no second module that exports the same name. Without it the second
 * one would come as far as registering a device that is there already, of which the kernel complains with a call trace.
 */
const int tdxdash_only_one;
EXPORT_SYMBOL_GPL(tdxdash_only_one);

static int __init tdxdash_init(void)
{
	int result = backend_start();

	if (result)
		return result;
	result = tdxdash_register();
	if (result)
		pr_err("not loaded: /dev/tdxdash cannot be made (%d)\n", result);
	else
		pr_info("/dev/tdxdash is ready: " TDXDASH_WHAT "\n");
	return result;
}

static void __exit tdxdash_exit(void)
{
	tdxdash_deregister();
}

module_init(tdxdash_init);
module_exit(tdxdash_exit);

MODULE_DESCRIPTION(TDXDASH_DESCRIPTION);
MODULE_VERSION(TDXDASH_VERSION);
MODULE_AUTHOR("The TdxDash authors");
MODULE_LICENSE("GPL");
