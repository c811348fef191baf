/* SPDX-License-Identifier: MIT */
#include "recorded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define REMEDY "Capture the host again with a probe of this version."

static int32_t malformed(struct tdxdash_error *error, uint32_t index, const char *what)
{
	return fail(error, (struct failure){ TDXDASH_INVALID_ARGUMENT, 0, 0 }, REMEDY,
		    "Recorded SEAMCALL %u cannot be: %s.", index, what);
}

/* What was not executed has no answer; of the rest, TDH.SYS.RDALL alone has a page. */
static int32_t check_call(const struct tdxdash_recording *recording, uint32_t index, struct tdxdash_error *error)
{
	const struct tdxdash_recorded_call *call = &recording->calls[index];

	if (call->page > recording->page_count)
		return malformed(error, index, "it has a page that is not in the recording");
	if (call->failure > recording->failure_count)
		return malformed(error, index, "it has a failure that is not in the recording");
	if (call->failure != 0)
		return call->page == 0 ? TDXDASH_OK : malformed(error, index, "it failed, and has a page");
	if (call->leaf == TDXDASH_LEAF_SYS_RDALL && call->page == 0)
		return malformed(error, index, "TDH.SYS.RDALL without a page");
	if (call->leaf == TDXDASH_LEAF_SYS_RD && call->page != 0)
		return malformed(error, index, "TDH.SYS.RD with a page");
	return TDXDASH_OK;
}

static int32_t check(const struct tdxdash_recording *recording, struct tdxdash_error *error)
{
	const struct failure wrong = { TDXDASH_INVALID_ARGUMENT, 0, 0 };

	if (recording->call_count > TDXDASH_MAX_RECORDED_CALLS || recording->page_count > TDXDASH_MAX_RECORDED_CALLS ||
	    recording->failure_count > TDXDASH_MAX_RECORDED_FAILURES)
		return fail(error, wrong, REMEDY,
			    "The recording has %u calls, %u pages and %u failures; it may have %u, %u and %u.",
			    recording->call_count, recording->page_count, recording->failure_count,
			    TDXDASH_MAX_RECORDED_CALLS, TDXDASH_MAX_RECORDED_CALLS, TDXDASH_MAX_RECORDED_FAILURES);
	if ((!recording->calls && recording->call_count) || (!recording->pages && recording->page_count) ||
	    (!recording->failures && recording->failure_count))
		return fail(error, wrong, "Correct the program that calls libtdxdash.",
			    "The recording counts calls, pages or failures that it does not have.");
	for (uint32_t i = 0; i < recording->failure_count; i++) {
		if (recording->failures[i].code == TDXDASH_OK)
			return fail(error, wrong, REMEDY, "Recorded failure %u did not fail.", i);
	}

	for (uint32_t i = 0; i < recording->call_count; i++) {
		int32_t result = check_call(recording, i, error);

		if (result != TDXDASH_OK)
			return result;
	}

	return TDXDASH_OK;
}

static int by(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* RAX is no part of a question: going in it is the leaf. */
static int compare_questions(const struct tdxdash_recorded_call *a, const struct tdxdash_recorded_call *b)
{
	int order = by(a->leaf, b->leaf);

	order = order ? order : by(a->in.rcx, b->in.rcx);
	order = order ? order : by(a->in.rdx, b->in.rdx);
	order = order ? order : by(a->in.r8, b->in.r8);
	order = order ? order : by(a->in.r9, b->in.r9);
	order = order ? order : by(a->in.r10, b->in.r10);
	return order ? order : by(a->in.r11, b->in.r11);
}

static int compare_entries(const void *left, const void *right)
{
	const struct recorded_entry *a = left;
	const struct recorded_entry *b = right;
	int order = compare_questions(&a->call, &b->call);

	return order ? order : by(a->position, b->position);
}

/* Null when there is nothing to copy, or no memory. */
static void *copy_of(const void *from, size_t count, size_t size)
{
	void *copy = count ? calloc(count, size) : NULL;

	if (copy)
		memcpy(copy, from, count * size);
	return copy;
}

static int32_t no_memory(struct tdxdash_error *error)
{
	return fail(error, (struct failure){ TDXDASH_OUT_OF_MEMORY, 0, 0 }, "Free memory and try again.",
		    "There is no memory for a recording.");
}

int32_t recorded_open(const struct tdxdash_recording *recording, struct recorded *recorded,
		      struct tdxdash_error *error)
{
	int32_t result = check(recording, error);

	if (result != TDXDASH_OK)
		return result;
	recorded->pages = copy_of(recording->pages, recording->page_count, TDXDASH_PAGE_SIZE);
	recorded->failures = copy_of(recording->failures, recording->failure_count, sizeof(*recorded->failures));
	recorded->entries = recording->call_count ? calloc(recording->call_count, sizeof(*recorded->entries)) : NULL;
	if ((!recorded->pages && recording->page_count) || (!recorded->failures && recording->failure_count) ||
	    (!recorded->entries && recording->call_count))
		return no_memory(error);
	for (uint32_t i = 0; i < recording->failure_count; i++) {
		struct tdxdash_error *failure = &recorded->failures[i];

		failure->message[sizeof(failure->message) - 1] = 0;
		failure->remedy[sizeof(failure->remedy) - 1] = 0;
	}

	for (uint32_t i = 0; i < recording->call_count; i++)
		recorded->entries[i] = (struct recorded_entry){ recording->calls[i], i, 0 };
	if (recording->call_count)
		qsort(recorded->entries, recording->call_count, sizeof(*recorded->entries), compare_entries);
	recorded->entry_count = recording->call_count;
	return TDXDASH_OK;
}

/* The first entry whose question is not less. */
static uint32_t lower_bound(const struct recorded *recorded, const struct tdxdash_recorded_call *question)
{
	uint32_t low = 0;
	uint32_t high = recorded->entry_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_questions(&recorded->entries[middle].call, question) < 0)
			low = middle + 1;
		else
			high = middle;
	}

	return low;
}

/* Null when it was not asked so often, or never. */
static const struct tdxdash_recorded_call *take(struct recorded *recorded, const struct tdxdash_recorded_call *question)
{
	uint32_t first = lower_bound(recorded, question);
	uint32_t next;

	if (first == recorded->entry_count)
		return NULL;
	/* Where the first entry is of another question, so are all behind it. */
	next = first + recorded->entries[first].taken;
	if (next >= recorded->entry_count || compare_questions(&recorded->entries[next].call, question))
		return NULL;
	recorded->entries[first].taken++;
	return &recorded->entries[next].call;
}

int32_t recorded_answer(struct recorded *recorded, uint64_t leaf, struct tdxdash_registers *registers,
			unsigned char *page, struct tdxdash_error *error)
{
	struct tdxdash_recorded_call question = { .leaf = leaf, .in = *registers };
	const struct tdxdash_recorded_call *call = take(recorded, &question);

	if (!call)
		return fail(error, (struct failure){ TDXDASH_NOT_RECORDED, 0, 0 }, REMEDY,
			    "The recording holds no further answer to SEAMCALL leaf %" PRIu64 " with RDX 0x%" PRIx64
			    " and R8 0x%" PRIx64 ".",
			    leaf, registers->rdx, registers->r8);
	if (call->failure != 0) {
		const struct tdxdash_error *failure = &recorded->failures[call->failure - 1];

		if (error)
			*error = *failure;
		return (int32_t)failure->code;
	}

	if (page)
		memcpy(page, recorded->pages + (size_t)(call->page - 1) * TDXDASH_PAGE_SIZE, TDXDASH_PAGE_SIZE);
	*registers = call->out;
	return succeed(error);
}

void recorded_clear(struct recorded *recorded)
{
	free(recorded->entries);
	free(recorded->pages);
	free(recorded->failures);
	memset(recorded, 0, sizeof(*recorded));
}
