/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_LINE "tdxdash-profile 1"

/* A word in an error text, cut where somebody wrote a very long one. */
#define WORD "%.*s"
#define WORD_OF(span) (int)((span).length < 64 ? (span).length : 64), (span).start

int32_t profile_fail(const struct profile_place *place, const char *remedy, const char *format, ...)
{
	struct failure failure = { TDXDASH_PROFILE_MALFORMED, 0, place->line };
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return fail(place->error, failure, remedy, "Profile %s, line %u: %s", place->file, place->line, text);
}

/* Takes exactly count numbers. */
static bool take_numbers(struct span rest, uint64_t *numbers, size_t count)
{
	struct span word;

	for (size_t i = 0; i < count; i++) {
		if (!take_word(&rest, &word) || !parse_number(word, &numbers[i]))
			return false;
	}

	return !take_word(&rest, &word);
}

static int32_t parse_name(const struct profile_place *place, struct span rest, struct module *module)
{
	struct span name;
	struct span more;

	if (!take_word(&rest, &name) || take_word(&rest, &more) || name.length >= MODULE_MAX_NAME)
		return profile_fail(place, "Write: name NAME", "the name must be one word of at most %u characters.",
				    MODULE_MAX_NAME - 1);
	if (module->name[0])
		return profile_fail(place, "Keep one of the two lines.", "the name is given twice.");
	memcpy(module->name, name.start, name.length);
	return TDXDASH_OK;
}

static int32_t parse_max_pa(const struct profile_place *place, struct span rest, struct module *module)
{
	uint64_t bits;

	if (!take_numbers(rest, &bits, 1) || bits < 36 || bits > 52)
		return profile_fail(place, "Write: max-pa BITS, with 36 to 52 bits",
				    "the width of physical addresses is not valid.");
	module->platform.max_pa_bits = (uint32_t)bits;
	return TDXDASH_OK;
}

static int32_t parse_keyids(const struct profile_place *place, struct span rest, struct module *module)
{
	uint64_t n[3];

	if (!take_numbers(rest, n, 3) || n[0] < 30 || n[0] > 51 || n[1] < 1 || n[1] > 15 || n[0] + n[1] > 52 ||
	    n[2] < 1 || n[2] >> n[1])
		return profile_fail(place, "Write: keyids FIRST_BIT BITS FIRST_PRIVATE, inside 52 address bits",
				    "the KeyIDs are not valid.");
	module->platform.keyid_start_bit = (uint32_t)n[0];
	module->platform.keyid_bits = (uint32_t)n[1];
	module->platform.first_private_keyid = (uint32_t)n[2];
	return TDXDASH_OK;
}

static int32_t parse_seamrr(const struct profile_place *place, struct span rest, struct module *module)
{
	const uint64_t limit = UINT64_C(1) << 52;
	uint64_t n[2];

	if (!take_numbers(rest, n, 2) || n[0] >= limit || n[1] > limit - n[0])
		return profile_fail(place, "Write: seamrr BASE SIZE, in bytes below 2^52",
				    "the SEAM range is not valid.");
	module->platform.seamrr_base = n[0];
	module->platform.seamrr_size = n[1];
	return TDXDASH_OK;
}

static int32_t parse_refuse(const struct profile_place *place, struct span rest, struct module *module)
{
	struct span leaf;
	uint64_t status;

	if (take_word(&rest, &leaf) && take_numbers(rest, &status, 1) && status >> 63) {
		struct module_refusal refusal = { true, status };

		if (span_equals(leaf, "TDH.SYS.RD")) {
			module->rd = refusal;
			return TDXDASH_OK;
		}

		if (span_equals(leaf, "TDH.SYS.RDALL")) {
			module->rdall = refusal;
			return TDXDASH_OK;
		}
	}

	return profile_fail(place, "Write: refuse TDH.SYS.RD STATUS or refuse TDH.SYS.RDALL STATUS, with an error status",
			    "the refusal is not valid.");
}

static int32_t parse_directive(const struct profile_place *place, struct span word, struct span rest,
			       struct module *module)
{
	static const struct {
		const char *word;
		int32_t (*parse)(const struct profile_place *, struct span, struct module *);
	} directives[] = {
		{ "field", profile_field },   { "extra", profile_extra },   { "name", parse_name },
		{ "max-pa", parse_max_pa },   { "keyids", parse_keyids },   { "seamrr", parse_seamrr },
		{ "refuse", parse_refuse },
	};

	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (span_equals(word, directives[i].word))
			return directives[i].parse(place, rest, module);
	}

	return profile_fail(place, "Use name, max-pa, keyids, seamrr, refuse, field, extra or end.",
			    "unknown directive \"" WORD "\".", WORD_OF(word));
}

static int32_t check_first_line(const struct profile_place *place, struct span line)
{
	struct span word;

	if (span_equals(line, FIRST_LINE))
		return TDXDASH_OK;
	if (take_word(&line, &word) && span_equals(word, "tdxdash-profile"))
		return profile_fail(place, "Use a newer TdxDash, or a profile of version 1.",
				    "the profile is of a version that this library does not know.");
	return profile_fail(place, "Choose a profile file; it begins with \"" FIRST_LINE "\".",
			    "this is not a module profile.");
}

/* Takes comments off, so that what stays is plain text. */
static int32_t clean(const struct profile_place *place, struct span *line)
{
	const char *comment = memchr(line->start, '#', line->length);
	unsigned char offender;

	if (comment)
		line->length = (size_t)(comment - line->start);
	if (!is_plain(*line, &offender))
		return profile_fail(place, "Save the profile as plain text with Unix line ends.",
				    "the byte 0x%02x has no place here.", offender);
	return TDXDASH_OK;
}

static int32_t check_end(const struct profile_place *place, struct span rest, struct span after_word,
			 const struct module *module)
{
	struct span word;
	struct span line;

	if (take_word(&after_word, &word))
		return profile_fail(place, "Write \"end\" alone on the last line.", "there is text behind \"end\".");
	while (take_line(&rest, &line)) {
		if (clean(place, &line) != TDXDASH_OK)
			return TDXDASH_PROFILE_MALFORMED;
		if (take_word(&line, &word))
			return profile_fail(place, "Write \"end\" as the last line.", "there are lines behind \"end\".");
	}

	if (!module->name[0])
		return profile_fail(place, "Add a line: name NAME", "the profile has no name.");
	if (module->field_count == 0)
		return profile_fail(place, "Add at least one line: field NAME VALUE...", "the profile has no field.");
	return TDXDASH_OK;
}

int32_t profile_parse(struct span text, const char *file, struct module *module, struct tdxdash_error *error)
{
	static const struct module_platform usual = { 52, 46, 6, 32, 0, 0 };
	struct profile_place place = { file, 0, error };
	struct span line;
	struct span word;
	int32_t result;

	module->platform = usual;
	while (take_line(&text, &line)) {
		place.line++;
		result = place.line == 1 ? check_first_line(&place, line) : clean(&place, &line);
		if (result != TDXDASH_OK)
			return result;
		if (place.line == 1 || !take_word(&line, &word))
			continue;
		if (span_equals(word, "end"))
			return check_end(&place, text, line, module);
		result = parse_directive(&place, word, line, module);
		if (result != TDXDASH_OK)
			return result;
	}

	return profile_fail(&place, "Get the whole file again; its last line is \"end\".", "the profile is cut off.");
}
