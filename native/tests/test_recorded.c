/* SPDX-License-Identifier: MIT */
/* The recorded transport: what was recorded is answered as it was, everything else is said not to be there. */
#include "tdxdash.h"
#include "test.h"

#include <stdlib.h>

#define BUILD_NUM UINT64_C(0x8800000100000002)
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static unsigned char pages[2][TDXDASH_PAGE_SIZE];

static const struct tdxdash_error recorded_failures[] = {
	{ .code = TDXDASH_NOT_EXECUTED, .os_error = 16, .message = "TDH.SYS.RD was not executed: busy.", .remedy = "Try again." },
};

/* The same question three times with two answers and a failure, and two lists. */
static const struct tdxdash_recorded_call calls[] = {
	{ .leaf = 34, .in = { .rax = 7, .rdx = BUILD_NUM }, .out = { .rdx = 1, .r8 = 783 } },
	{ .leaf = 37, .in = { .r8 = UINT64_MAX }, .out = { .rax = UINT64_C(0xc0000c0400000000), .r8 = 5 }, .page = 2 },
	{ .leaf = 34, .in = { .rdx = BUILD_NUM }, .out = { .rdx = 1, .r8 = 784 } },
	{ .leaf = 37, .in = { .r8 = 5 }, .out = { .r8 = UINT64_MAX }, .page = 1 },
	{ .leaf = 34, .in = { .rdx = BUILD_NUM }, .failure = 1 },
	{ .leaf = 26, .in = { .rcx = 0x1000 }, .out = { .rax = 0 } },
};

static struct tdxdash_recording recording_of(uint32_t flags)
{
	memset(pages[0], 0x11, sizeof(pages[0]));
	memset(pages[1], 0x22, sizeof(pages[1]));
	return (struct tdxdash_recording){
		.calls = calls,
		.pages = pages,
		.failures = recorded_failures,
		.description = "kernel device /dev/tdxdash",
		.call_count = COUNT(calls),
		.page_count = 2,
		.failure_count = 1,
		.flags = flags,
	};
}

static struct tdxdash_transport *open_with(uint32_t flags)
{
	struct tdxdash_recording recording = recording_of(flags);
	struct tdxdash_transport *transport = NULL;
	struct tdxdash_error error;

	CHECK(tdxdash_open_recorded(&recording, &transport, &error) == TDXDASH_OK && error.code == 0);
	return transport;
}

static void it_says_what_it_is(void)
{
	struct tdxdash_transport *transport = open_with(0);
	struct tdxdash_info info;

	CHECK(tdxdash_describe(transport, &info, NULL) == TDXDASH_OK);
	CHECK(info.kind == TDXDASH_KIND_RECORDED && info.flags == 0);
	CHECK(strcmp(info.description, "kernel device /dev/tdxdash") == 0);
	tdxdash_close(transport);

	transport = open_with(TDXDASH_FLAG_EMULATED);
	CHECK(tdxdash_describe(transport, &info, NULL) == TDXDASH_OK && info.flags == TDXDASH_FLAG_EMULATED);
	tdxdash_close(transport);
}

static void equal_questions_get_their_answers_in_order(void)
{
	struct tdxdash_transport *transport = open_with(0);
	struct tdxdash_error error;

	for (uint64_t expected = 783; expected <= 784; expected++) {
		struct tdxdash_registers r = { .rax = 99, .rdx = BUILD_NUM };

		CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, &error) == TDXDASH_OK && error.code == 0);
		CHECK(r.rax == 0 && r.rdx == 1 && r.r8 == expected);
	}

	struct tdxdash_registers r = { .rax = 99, .rdx = BUILD_NUM };

	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, &error) == TDXDASH_NOT_EXECUTED);
	CHECK(error.os_error == 16 && strcmp(error.message, recorded_failures[0].message) == 0);
	CHECK(strcmp(error.remedy, "Try again.") == 0 && r.rax == 99);
	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, &error) == TDXDASH_NOT_RECORDED);
	CHECK_CONTAINS(error.message, "no further answer to SEAMCALL leaf 34 with RDX 0x8800000100000002 and R8 0x0");
	CHECK_CONTAINS(error.remedy, "Capture the host again");
	CHECK(r.rax == 99 && r.rdx == BUILD_NUM);
	tdxdash_close(transport);
}

static void lists_come_with_their_pages(void)
{
	struct tdxdash_transport *transport = open_with(0);
	unsigned char page[TDXDASH_PAGE_SIZE] = { 0 };
	struct tdxdash_registers r = { .r8 = 5 };

	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_OK);
	CHECK(r.rax == 0 && r.r8 == UINT64_MAX && page[0] == 0x11 && page[4095] == 0x11);
	r = (struct tdxdash_registers){ .r8 = UINT64_MAX };
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_OK);
	CHECK(r.rax == UINT64_C(0xc0000c0400000000) && r.r8 == 5 && page[0] == 0x22 && page[4095] == 0x22);
	page[0] = 0x77;
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_NOT_RECORDED && page[0] == 0x77);
	tdxdash_close(transport);
}

static void what_was_not_recorded_is_not_answered(void)
{
	static const struct tdxdash_registers questions[] = {
		{ .rdx = 1 },
		{ .rdx = BUILD_NUM, .rcx = 1 },
		{ .rdx = BUILD_NUM, .r8 = 1 },
		{ .rdx = BUILD_NUM, .r9 = 1 },
		{ .rdx = BUILD_NUM, .r10 = 1 },
		{ .rdx = BUILD_NUM, .r11 = 1 },
		{ .rdx = UINT64_MAX },
		{ 0 },
	};
	struct tdxdash_transport *transport = open_with(0);
	unsigned char page[TDXDASH_PAGE_SIZE] = { 9 };
	struct tdxdash_registers r;

	for (uint32_t i = 0; i < COUNT(questions); i++) {
		r = questions[i];
		CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, NULL) == TDXDASH_NOT_RECORDED);
		CHECK(memcmp(&r, &questions[i], sizeof(r)) == 0);
	}

	r = (struct tdxdash_registers){ .r8 = 6 };
	CHECK(tdxdash_seamcall(transport, 37, &r, page, sizeof(page), NULL) == TDXDASH_NOT_RECORDED && page[0] == 9);
	tdxdash_close(transport);
}

/* The allow-list is the same as everywhere, even for a leaf that the recording holds. */
static void other_leaves_are_refused(void)
{
	struct tdxdash_transport *transport = open_with(TDXDASH_FLAG_EMULATED);
	struct tdxdash_registers r = { .rcx = 0x1000 };
	struct tdxdash_error error;

	CHECK(tdxdash_seamcall(transport, 26, &r, NULL, 0, NULL) == TDXDASH_LEAF_REFUSED);
	CHECK(tdxdash_seamcall(transport, 45, &r, NULL, 0, NULL) == TDXDASH_LEAF_REFUSED);
	CHECK(tdxdash_emulated_allow_state_changes(transport, &error) == TDXDASH_NOT_EMULATED);
	CHECK_CONTAINS(error.message, "this is the kernel device /dev/tdxdash");
	tdxdash_close(transport);
}

static void the_recording_is_copied(void)
{
	struct tdxdash_recorded_call *call = malloc(sizeof(*call));
	char description[] = "mine";
	struct tdxdash_recording recording = { .calls = call, .call_count = 1, .description = description };
	struct tdxdash_transport *transport = NULL;
	struct tdxdash_registers r = { .rdx = 3 };

	CHECK(call != NULL);
	*call = (struct tdxdash_recorded_call){ .leaf = 34, .in = { .rdx = 3 }, .out = { .r8 = 4 } };
	CHECK(tdxdash_open_recorded(&recording, &transport, NULL) == TDXDASH_OK);
	memset(call, 0xff, sizeof(*call));
	free(call);
	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, NULL) == TDXDASH_OK && r.r8 == 4);
	tdxdash_close(transport);
}

static void empty_recording_answers_nothing(void)
{
	struct tdxdash_recording recording = { .description = "" };
	struct tdxdash_transport *transport = NULL;
	struct tdxdash_registers r = { 0 };

	CHECK(tdxdash_open_recorded(&recording, &transport, NULL) == TDXDASH_OK);
	CHECK(tdxdash_seamcall(transport, 34, &r, NULL, 0, NULL) == TDXDASH_NOT_RECORDED);
	tdxdash_close(transport);
}

static void refuse(const struct tdxdash_recording *recording, const char *why)
{
	struct tdxdash_transport *transport = (struct tdxdash_transport *)pages;
	struct tdxdash_error error;

	CHECK(tdxdash_open_recorded(recording, &transport, &error) == TDXDASH_INVALID_ARGUMENT);
	CHECK(transport == NULL && error.remedy[0] != 0);
	CHECK_CONTAINS(error.message, why);
}

static void impossible_calls_are_refused(void)
{
	static const struct {
		struct tdxdash_recorded_call call;
		const char *why;
	} bad[] = {
		{ { .leaf = 37, .page = 3 }, "Recorded SEAMCALL 1 cannot be: it has a page that is not in the recording" },
		{ { .leaf = 34, .failure = 2 }, "it has a failure that is not in the recording" },
		{ { .leaf = 37, .page = 1, .failure = 1 }, "it failed, and has a page" },
		{ { .leaf = 37 }, "TDH.SYS.RDALL without a page" },
		{ { .leaf = 34, .page = 1 }, "TDH.SYS.RD with a page" },
	};
	struct tdxdash_recorded_call two[2] = { { .leaf = 34 } };

	for (uint32_t i = 0; i < COUNT(bad); i++) {
		struct tdxdash_recording recording = recording_of(0);

		two[1] = bad[i].call;
		recording.calls = two;
		recording.call_count = 2;
		refuse(&recording, bad[i].why);
	}
}

static void impossible_recordings_are_refused(void)
{
	static const struct tdxdash_error none[1];
	struct tdxdash_recording recording = recording_of(0);
	struct tdxdash_transport *transport = NULL;

	recording.call_count = TDXDASH_MAX_RECORDED_CALLS + 1;
	refuse(&recording, "The recording has 262145 calls");
	recording = recording_of(0);
	recording.failure_count = TDXDASH_MAX_RECORDED_FAILURES + 1;
	refuse(&recording, "1025 failures; it may have 262144, 262144 and 1024");
	recording = recording_of(0);
	recording.failures = none;
	refuse(&recording, "Recorded failure 0 did not fail");
	recording = recording_of(0);
	recording.pages = NULL;
	refuse(&recording, "counts calls, pages or failures that it does not have");
	recording = recording_of(2);
	CHECK(tdxdash_open_recorded(&recording, &transport, NULL) == TDXDASH_INVALID_ARGUMENT);
	recording = recording_of(0);
	recording.description = NULL;
	CHECK(tdxdash_open_recorded(&recording, &transport, NULL) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_open_recorded(NULL, &transport, NULL) == TDXDASH_INVALID_ARGUMENT);
	CHECK(tdxdash_open_recorded(&recording, NULL, NULL) == TDXDASH_INVALID_ARGUMENT);
}

int main(void)
{
	it_says_what_it_is();
	equal_questions_get_their_answers_in_order();
	lists_come_with_their_pages();
	what_was_not_recorded_is_not_answered();
	other_leaves_are_refused();
	the_recording_is_copied();
	empty_recording_answers_nothing();
	impossible_calls_are_refused();
	impossible_recordings_are_refused();
	return finish_tests();
}
