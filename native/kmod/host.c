// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(text) KBUILD_MODNAME ": " text

#include "host.h"

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>

/* IA32_MKTME_KEYID_PARTITIONING: bits 63:32 hold the number of private KeyIDs. Older kernels do not name it. */
#define MSR_KEYID_PARTITIONING 0x87

/* The module takes one private KeyID for itself, and a TD needs another. */
#define LEAST_PRIVATE_KEYIDS 2

static bool is_intel(void)
{
	return boot_cpu_data.x86_vendor == X86_VENDOR_INTEL;
}

/* SEAMCALL in a guest exits to the hypervisor, and one that does not expect it ends the guest. */
static bool is_bare_metal(void)
{
	return !boot_cpu_has(X86_FEATURE_HYPERVISOR);
}

static bool has_vmx(void)
{
	return boot_cpu_has(X86_FEATURE_VMX);
}

static bool has_private_keyids(void)
{
	u32 low, high;

	return rdmsr_safe(MSR_KEYID_PARTITIONING, &low, &high) == 0 && high >= LEAST_PRIVATE_KEYIDS;
}

#if IS_ENABLED(CONFIG_INTEL_TDX_HOST) && defined(X86_FEATURE_TDX_HOST_PLATFORM)
#define NOT_A_HOST "the kernel found no TDX host platform at boot; look for its virt/tdx lines"

static bool is_tdx_host(void)
{
	return boot_cpu_has(X86_FEATURE_TDX_HOST_PLATFORM);
}
#else
#define NOT_A_HOST "this kernel is built without TDX host support (CONFIG_INTEL_TDX_HOST)"

static bool is_tdx_host(void)
{
	return false;
}
#endif

static const struct {
	bool (*is_met)(void);
	const char *otherwise;
} requirements[] = {
	{ is_intel, "this is not an Intel CPU" },
	{ is_bare_metal, "this is a virtual machine; TDX is read on its host" },
	{ has_vmx, "the CPU has no VMX, or the BIOS keeps it off" },
	{ has_private_keyids, "the CPU has no private KeyIDs (MSR 0x87); TDX is off in the BIOS" },
	{ is_tdx_host, NOT_A_HOST },
};

int host_check(bool force)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requirements); i++) {
		if (requirements[i].is_met())
			continue;
		if (!force) {
			pr_err("not loaded: %s\n", requirements[i].otherwise);
			return -ENODEV;
		}
		pr_notice("would not be loaded: %s\n", requirements[i].otherwise);
	}

	return 0;
}
