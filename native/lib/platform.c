/* SPDX-License-Identifier: MIT */
/* The emulated variant of the kernel module compiles this file too: nothing of the C library but integer types. */
#include "platform.h"

bool platform_has_address_width(const struct module_platform *platform)
{
	return platform->max_pa_bits >= 36 && platform->max_pa_bits <= 52;
}

bool platform_has_keyids(const struct module_platform *platform)
{
	return platform->keyid_start_bit >= 30 && platform->keyid_start_bit <= 51 && platform->keyid_bits >= 1 &&
	       platform->keyid_bits <= 15 && platform->keyid_start_bit + platform->keyid_bits <= 52 &&
	       platform->first_private_keyid >= 1 && platform->first_private_keyid <= platform_max_keyid(platform);
}

bool platform_has_last_private_keyid(const struct module_platform *platform)
{
	return platform->last_private_keyid >= platform->first_private_keyid &&
	       platform->last_private_keyid <= platform_max_keyid(platform);
}

bool is_address_range(uint64_t base, uint64_t size)
{
	return base < ADDRESS_LIMIT && size <= ADDRESS_LIMIT - base;
}

uint32_t platform_max_keyid(const struct module_platform *platform)
{
	return (UINT32_C(1) << platform->keyid_bits) - 1;
}

uint64_t platform_keyid_mask(const struct module_platform *platform)
{
	return (uint64_t)platform_max_keyid(platform) << platform->keyid_start_bit;
}

bool platform_is_shared(const struct module_platform *platform, uint64_t address, uint64_t size)
{
	uint64_t mask = platform_keyid_mask(platform);
	uint64_t plain = address & ~mask;

	if (address % size || address >> platform->max_pa_bits)
		return false;
	if (plain < platform->seamrr_base + platform->seamrr_size && plain + size > platform->seamrr_base)
		return false;
	return (address & mask) >> platform->keyid_start_bit < platform->first_private_keyid;
}
