/* SPDX-License-Identifier: MIT */
#include "tdxdash.h"

#define WHOLE(type) { #type, "", 0, sizeof(struct type) }
#define MEMBER(type, name) \
	{ #type, #name, offsetof(struct type, name), sizeof(((struct type *)0)->name) }

static const struct tdxdash_layout_entry LAYOUT[] = {
	WHOLE(tdxdash_error),
	MEMBER(tdxdash_error, code),
	MEMBER(tdxdash_error, os_error),
	MEMBER(tdxdash_error, line),
	MEMBER(tdxdash_error, reserved),
	MEMBER(tdxdash_error, message),
	MEMBER(tdxdash_error, remedy),
	WHOLE(tdxdash_registers),
	MEMBER(tdxdash_registers, rax),
	MEMBER(tdxdash_registers, rcx),
	MEMBER(tdxdash_registers, rdx),
	MEMBER(tdxdash_registers, r8),
	MEMBER(tdxdash_registers, r9),
	MEMBER(tdxdash_registers, r10),
	MEMBER(tdxdash_registers, r11),
	MEMBER(tdxdash_registers, reserved),
	WHOLE(tdxdash_cmr),
	MEMBER(tdxdash_cmr, base),
	MEMBER(tdxdash_cmr, size),
	WHOLE(tdxdash_info),
	MEMBER(tdxdash_info, abi_version),
	MEMBER(tdxdash_info, kind),
	MEMBER(tdxdash_info, flags),
	MEMBER(tdxdash_info, reserved),
	MEMBER(tdxdash_info, description),
	WHOLE(tdxdash_recorded_call),
	MEMBER(tdxdash_recorded_call, leaf),
	MEMBER(tdxdash_recorded_call, in),
	MEMBER(tdxdash_recorded_call, out),
	MEMBER(tdxdash_recorded_call, page),
	MEMBER(tdxdash_recorded_call, failure),
	WHOLE(tdxdash_recording),
	MEMBER(tdxdash_recording, calls),
	MEMBER(tdxdash_recording, pages),
	MEMBER(tdxdash_recording, failures),
	MEMBER(tdxdash_recording, description),
	MEMBER(tdxdash_recording, call_count),
	MEMBER(tdxdash_recording, page_count),
	MEMBER(tdxdash_recording, failure_count),
	MEMBER(tdxdash_recording, flags),
	WHOLE(tdxdash_platform),
	MEMBER(tdxdash_platform, max_pa_bits),
	MEMBER(tdxdash_platform, keyid_start_bit),
	MEMBER(tdxdash_platform, keyid_bits),
	MEMBER(tdxdash_platform, first_private_keyid),
	MEMBER(tdxdash_platform, last_private_keyid),
	MEMBER(tdxdash_platform, logical_processors),
	MEMBER(tdxdash_platform, initialized_logical_processors),
	MEMBER(tdxdash_platform, sys_state),
	MEMBER(tdxdash_platform, global_lock),
	MEMBER(tdxdash_platform, cmr_count),
	MEMBER(tdxdash_platform, seamrr_base),
	MEMBER(tdxdash_platform, seamrr_size),
	MEMBER(tdxdash_platform, cmrs),
	WHOLE(tdxdash_module_state),
	MEMBER(tdxdash_module_state, sys_state),
	MEMBER(tdxdash_module_state, global_private_keyid),
	MEMBER(tdxdash_module_state, tdmr_count),
	MEMBER(tdxdash_module_state, page_count),
	WHOLE(tdxdash_layout_entry),
	MEMBER(tdxdash_layout_entry, structure),
	MEMBER(tdxdash_layout_entry, member),
	MEMBER(tdxdash_layout_entry, offset),
	MEMBER(tdxdash_layout_entry, size),
};

uint32_t tdxdash_layout(struct tdxdash_layout_entry *entries, uint32_t capacity)
{
	uint32_t count = sizeof(LAYOUT) / sizeof(LAYOUT[0]);

	for (uint32_t i = 0; entries && i < count && i < capacity; i++)
		entries[i] = LAYOUT[i];
	return count;
}
