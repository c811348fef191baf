/* SPDX-License-Identifier: MIT */
/* The functions of tdxdash.h on real files: argument checks, errors, CMRs, the allow-list. */
#include "tdxdash.h"
#include "test.h"

#define EMR PROFILES "/tdx-1.5.08-emr.profile"

static uint64_t read_field(struct tdxdash_transport *transport, uint64_t id)
{
	struct tdxdash_registers r = { .rdx = id };

	CHECK(tdxdash_seamcall(transport, TDXDASH_LEAF_SYS_RD, &r, NULL, 0, NULL) == TDXDASH_OK);
	CHECK(r.rax == 0);
	return r.r8;
}

static void device_absent_says_so(void)
{
	struct tdxdash_transport *transport = (struct tdxdash_transport *)&failures;
	struct tdxdash_error error;

	CHECK(tdxdash_open_device("/dev/tdxdash-absent", &transport, &error) == TDXDASH_ABSENT);
	CHECK(transport == NULL);
	CHECK_CONTAINS(error.message, "The device /dev/tdxdash-absent is absent");
	CHECK_CONTAINS(error.remedy, "Load the tdxdash kernel module");
	CHECK(tdxdash_open_device("/dev/null", &transport, &error) == TDXDASH_WRONG_DEVICE);
	CHECK_CONTAINS(error.message, "/dev/null is not the tdxdash device");
	CHECK(tdxdash_open_device(EMR, &transport, &error) == TDXDASH_WRONG_DEVICE);
	CHECK_CONTAINS(error.message, "not a character device");
	CHECK(tdxdash_open_device(NULL, &transport, &error) == TDXDASH_INVALID_ARGUMENT);
}

static void only_reading_leaves_are_executed(void)
{
	struct tdxdash_transport *transport;
	struct tdxdash_error error;
	unsigned char page[TDXDASH_PAGE_SIZE];

	CHECK(tdxdash_open_emulated(EMR, NULL, 0, &transport, &error) == TDXDASH_OK && error.code == 0);
	for (uint64_t leaf = 0; leaf < 256; leaf++) {
		struct tdxdash_registers r = { .rax = 99, .r8 = UINT64_MAX };

		if (leaf == 34 || leaf == 37)
			continue;
		CHECK(tdxdash_seamcall(transport, leaf, &r, page, sizeof(page), &error) == TDXDASH_LEAF_REFUSED);
		CHECK(r.rax == 99 && r.r8 == UINT64_MAX);
		CHECK_CONTAINS(error.message, "was not executed");
	}

	struct tdxdash_registers r = { 0 };

	CHECK(tdxdash_seamcall(transport, 34 | 1 << 16, &r, NULL, 0, NULL) == TDXDASH_LEAF_REFUSED);
	CHECK(tdxdash_seamcall(transport, 34 | UINT64_C(1) << 63, &r, NULL, 0, NULL) == TDXDASH_LEAF_REFUSED);
	CHECK(tdxdash_seamcall(transport, 34, &r, page, sizeof(page), NULL) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_seamcall(transport, 37, &r, page, 4095, NULL) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_seamcall(transport, 37, &r, NULL, 4096, NULL) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_seamcall(NULL, 34, &r, NULL, 0, NULL) == TDXDASH_INVALID_ARGUMENT);
	tdxdash_close(transport);
	tdxdash_close(NULL);
}

static void given_cmrs_replace_the_profiles(void)
{
	static const struct tdxdash_cmr cmrs[] = { { 0x1000, 0x9f000 }, { UINT64_C(1) << 51, UINT64_C(1) << 51 } };
	struct tdxdash_transport *transport;
	struct tdxdash_info info;
	struct tdxdash_error error;

	CHECK(tdxdash_open_emulated(EMR, cmrs, 2, &transport, &error) == TDXDASH_OK);
	CHECK(read_field(transport, 0x9000000100000000u) == 32);
	CHECK(read_field(transport, 0x9000000300000080u) == 0x1000);
	CHECK(read_field(transport, 0x9000000300000100u) == 0x9f000);
	CHECK(read_field(transport, 0x9000000300000081u) == UINT64_C(1) << 51);
	CHECK(read_field(transport, 0x9000000300000082u) == 0);
	CHECK(read_field(transport, 0x9000000300000102u) == 0);
	CHECK(tdxdash_describe(transport, &info, &error) == TDXDASH_OK);
	CHECK(info.abi_version == tdxdash_abi_version() && info.kind == TDXDASH_KIND_EMULATED);
	CHECK(info.flags == TDXDASH_FLAG_EMULATED);
	CHECK(strcmp(info.description, "emulated module, profile tdx-1.5.08-emr") == 0);
	tdxdash_close(transport);

	CHECK(tdxdash_open_emulated(EMR, NULL, 0, &transport, &error) == TDXDASH_OK);
	CHECK(read_field(transport, 0x9000000300000080u) == 0x100000);
	tdxdash_close(transport);
}

static void impossible_cmrs_are_refused(void)
{
	static const struct tdxdash_cmr bad[] = { { 0, 0 }, { UINT64_C(1) << 52, 1 }, { 1, UINT64_C(1) << 52 },
						  { UINT64_MAX, UINT64_MAX } };
	static struct tdxdash_cmr many[33];
	struct tdxdash_transport *transport;
	struct tdxdash_error error;

	for (size_t i = 0; i < 4; i++) {
		CHECK(tdxdash_open_emulated(EMR, &bad[i], 1, &transport, &error) == TDXDASH_INVALID_ARGUMENT);
		CHECK_CONTAINS(error.message, "CMR 0 with base");
	}

	CHECK(tdxdash_open_emulated(EMR, many, 33, &transport, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK_CONTAINS(error.message, "33 CMRs are given");
	CHECK(tdxdash_open_emulated(EMR, NULL, 1, &transport, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_open_emulated("/nowhere/x.profile", NULL, 0, &transport, &error) == TDXDASH_ABSENT);
	CHECK_CONTAINS(error.message, "/nowhere/x.profile");
}

static void layout_is_reported_whole(void)
{
	struct tdxdash_layout_entry entries[128];
	uint32_t count = tdxdash_layout(NULL, 0);

	memset(entries, 0, sizeof(entries));
	CHECK(count == 107 && tdxdash_layout(entries, 2) == count);
	CHECK(strcmp(entries[0].structure, "tdxdash_error") == 0 && entries[0].size == sizeof(struct tdxdash_error));
	CHECK(entries[1].size == 4 && entries[2].structure[0] == 0);
}

int main(void)
{
	device_absent_says_so();
	only_reading_leaves_are_executed();
	given_cmrs_replace_the_profiles();
	impossible_cmrs_are_refused();
	layout_is_reported_whole();
	return finish_tests();
}
