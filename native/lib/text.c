/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <string.h>

bool take_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->length == 0)
		return false;
	end = memchr(rest->start, '\n', rest->length);
	line->start = rest->start;
	line->length = end ? (size_t)(end - rest->start) : rest->length;
	rest->start += line->length + (end ? 1 : 0);
	rest->length -= line->length + (end ? 1 : 0);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool take_word(struct span *rest, struct span *word)
{
	while (rest->length > 0 && is_blank(*rest->start)) {
		rest->start++;
		rest->length--;
	}

	word->start = rest->start;
	while (rest->length > 0 && !is_blank(*rest->start)) {
		rest->start++;
		rest->length--;
	}

	word->length = (size_t)(rest->start - word->start);
	return word->length > 0;
}

bool span_equals(struct span span, const char *text)
{
	return strlen(text) == span.length && memcmp(text, span.start, span.length) == 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool parse_number(struct span word, uint64_t *value)
{
	uint64_t base = 10;
	uint64_t sum = 0;

	if (word.length > 2 && word.start[0] == '0' && word.start[1] == 'x') {
		base = 16;
		word.start += 2;
		word.length -= 2;
	}

	if (word.length == 0)
		return false;
	for (size_t i = 0; i < word.length; i++) {
		int d = digit(word.start[i]);

		if (d < 0 || (uint64_t)d >= base || sum > (UINT64_MAX - (uint64_t)d) / base)
			return false;
		sum = sum * base + (uint64_t)d;
	}

	*value = sum;
	return true;
}

bool is_plain(struct span line, unsigned char *offender)
{
	for (size_t i = 0; i < line.length; i++) {
		unsigned char c = (unsigned char)line.start[i];

		if ((c < 0x20 && c != '\t') || c > 0x7e) {
			*offender = c;
			return false;
		}
	}

	return true;
}
