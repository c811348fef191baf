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

static int32_t parse_refuse(const struct profile_place *place, struct span rest, struct module *module)
{
	struct span leaf;
	uint64_t status;

	if (take_word(&rest, &leaf) && profile_numbers(rest, &status, 1) && status >> 63) {
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
		{ "refuse", parse_refuse },   { "max-pa", profile_max_pa }, { "keyids", profile_keyids },
		{ "seamrr", profile_seamrr }, { "last-private-keyid", profile_last_private_keyid },
		{ "processors", profile_processors }, { "sys-state", profile_sys_state },
		{ "global-lock", profile_global_lock }, { "packages", profile_packages },
		{ "max-updates", profile_max_updates },
	};

	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
		if (span_equals(word, directives[i].word))
			return directives[i].parse(place, rest, module);
	}

	return profile_fail(place, "Use name, max-pa, keyids, last-private-keyid, seamrr, processors, packages, max-updates, sys-state, global-lock, refuse, field, extra or end.",
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
			 struct module *module)
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
	return profile_finish_platform(place, module);
}

int32_t profile_parse(struct span text, const char *file, struct module *module, struct tdxdash_error *error)
{
	struct profile_place place = { file, 0, error };
	struct span line;
	struct span word;
	int32_t result;

	module->platform = PROFILE_USUAL_PLATFORM;
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
