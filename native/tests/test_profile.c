/* SPDX-License-Identifier: MIT */
/* The profile parser: what it accepts, and what it says about everything else. */
#include "profile.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#define START "tdxdash-profile 1\nname x\n"

static struct module module;

static int32_t parse(const char *text, size_t length, struct tdxdash_error *error)
{
	/* A copy of exact size lets the sanitizer find a read behind the end. */
	char *copy = malloc(length ? length : 1);
	struct span span = { copy, length };
	int32_t result;

	memcpy(copy, text, length);
	memset(&module, 0, sizeof(module));
	result = profile_parse(span, "p", &module, error);
	free(copy);
	return result;
}

static void bad_text_names_line_and_remedy(void)
{
	static const struct {
		const char *text;
		uint32_t line;
		const char *message;
	} cases[] = {
		{ "", 0, "cut off" },
		{ "hello\n", 1, "not a module profile" },
		{ "tdxdash-profile 2\n", 1, "version that this library does not know" },
		{ "tdxdash-profile 1\r\nend\n", 1, "version" },
		{ START "field NUM_PKGS 2\n", 3, "cut off" },
		{ START "frob 1\nend\n", 3, "unknown directive \"frob\"" },
		{ START "field\nend\n", 3, "no name" },
		{ START "field NUM_FROBS 1\nend\n", 3, "unknown field \"NUM_FROBS\"" },
		{ START "\nfield NUM_PKGS 2\n# c\nfield NUM_PKGS 2\nend\n", 6, "NUM_PKGS is given twice" },
		{ START "field BUILD_NUM 1\nfield NUM_PKGS 2\nend\n", 4, "NUM_PKGS comes behind" },
		{ START "field NUM_PKGS\nend\n", 3, "1 elements, but 0 values" },
		{ START "field NUM_PKGS 1 2\nend\n", 3, "more values than that" },
		{ START "field PKG_FMS 1*7\nend\n", 3, "8 elements, but 7 values" },
		{ START "field PKG_FMS 1*9\nend\n", 3, "more values than that" },
		{ START "field PKG_FMS 1*18446744073709551615\nend\n", 3, "more values than that" },
		{ START "field PKG_FMS 1*0\nend\n", 3, "\"1*0\" is not a value" },
		{ START "field PKG_FMS 1*\nend\n", 3, "\"1*\" is not a value" },
		{ START "field NUM_PKGS 0x\nend\n", 3, "\"0x\" is not a value" },
		{ START "field NUM_PKGS -1\nend\n", 3, "\"-1\" is not a value" },
		{ START "field NUM_PKGS 12f\nend\n", 3, "\"12f\" is not a value" },
		{ START "field NUM_PKGS 0x100000000\nend\n", 3, "32 bits wide" },
		{ START "field BUILD_NUM 65536\nend\n", 3, "16 bits wide" },
		{ START "field NO_DOWNGRADE 256\nend\n", 3, "8 bits wide" },
		{ START "field TDX_FEATURES0 0x10000000000000000\nend\n", 3, "is not a value" },
		{ START "field TDX_FEATURES0 18446744073709551616\nend\n", 3, "is not a value" },
		{ START "field NUM_PKGS 2\nend 1\n", 4, "text behind \"end\"" },
		{ START "field NUM_PKGS 2\nend\n\n# c\nfield\n", 4, "lines behind \"end\"" },
		{ START "end\n", 3, "has no field" },
		{ "tdxdash-profile 1\nfield NUM_PKGS 2\nend\n", 3, "has no name" },
		{ START "name y\nend\n", 3, "name is given twice" },
		{ "tdxdash-profile 1\nname a b\nend\n", 2, "one word" },
		{ START "field NUM_PKGS 2\r\nend\n", 3, "byte 0x0d" },
		{ START "field NUM_PKGS \xc3\xa9\nend\n", 3, "byte 0xc3" },
		{ START "max-pa 35\nend\n", 3, "physical addresses" },
		{ START "max-pa 53\nend\n", 3, "physical addresses" },
		{ START "keyids 46 7 32\nend\n", 3, "KeyIDs" },
		{ START "keyids 46 6 64\nend\n", 3, "KeyIDs" },
		{ START "keyids 46 6\nend\n", 3, "KeyIDs" },
		{ START "keyids 46 0x100000006 32\nend\n", 3, "KeyIDs" },
		{ START "keyids 46 4294967295 32\nend\n", 3, "KeyIDs" },
		{ START "last-private-keyid 0\nend\n", 3, "last private KeyID" },
		{ START "last-private-keyid 63 1\nend\n", 3, "last private KeyID" },
		{ START "last-private-keyid 64\nfield NUM_PKGS 2\nend\n", 5, "KeyID 64 cannot be the last private one" },
		{ START "field NUM_PKGS 2\nlast-private-keyid 31\nend\n", 5, "KeyID 31 cannot be the last private one" },
		{ START "processors 0 0\nend\n", 3, "logical processors" },
		{ START "processors 1 2\nend\n", 3, "logical processors" },
		{ START "processors 2\nend\n", 3, "logical processors" },
		{ START "processors 8193 1\nend\n", 3, "logical processors" },
		{ START "packages 0\nend\n", 3, "packages are not valid" },
		{ START "packages 9\nend\n", 3, "packages are not valid" },
		{ START "packages 2\nfield NUM_PKGS 2\nend\n", 5, "2 packages cannot have 1 processors" },
		{ START "max-updates\nend\n", 3, "number of updates" },
		{ START "sys-state gone\nend\n", 3, "module's state" },
		{ START "sys-state 1\nend\n", 3, "module's state" },
		{ START "sys-state\nend\n", 3, "module's state" },
		{ START "sys-state ready ready\nend\n", 3, "module's state" },
		{ START "global-lock\nend\n", 3, "global lock" },
		{ START "global-lock taken\nend\n", 3, "global lock" },
		{ START "seamrr 0x10000000000000 1\nend\n", 3, "SEAM range" },
		{ START "seamrr 0x1000 0xfffffffffffff001\nend\n", 3, "SEAM range" },
		{ START "refuse TDH.SYS.RD 0\nend\n", 3, "refusal" },
		{ START "refuse TDH.SYS.INIT 0x8000000000000000\nend\n", 3, "refusal" },
		{ START "extra 0x3100000000000001 A\nend\n", 3, "lacks its id" },
		{ START "extra 0x7100000000000001 A 1x1 1\nend\n", 3, "not the id of a field" },
		{ START "extra 0x3100004000000001 A 1x1 1\nend\n", 3, "not the id of a field" },
		{ START "extra 0x3100000000000001 MAX_TDMRS 1x1 1\nend\n", 3, "the library knows" },
		{ START "extra 0x3100000000000001 A 0x1 1\nend\n", 3, "not a shape" },
		{ START "extra 0x3100000000000001 A 1x17 1\nend\n", 3, "not a shape" },
		{ START "extra 0x3100000000000001 A 513x1 1\nend\n", 3, "not a shape" },
		{ START "extra 0x3100000000000001 A 1 1\nend\n", 3, "not a shape" },
		{ START "extra 0x3100000000ffffff A 2x1 1\nend\n", 3, "not a shape" },
		{ START "extra 0x3100000000000001 A 512x16 0*8192\nextra 0x3200000000000001 B 1x1 1\nend\n", 4,
		  "more than 8192 values" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tdxdash_error error;

		CHECK(parse(cases[i].text, strlen(cases[i].text), &error) == TDXDASH_PROFILE_MALFORMED);
		CHECK(error.code == TDXDASH_PROFILE_MALFORMED);
		CHECK(error.line == cases[i].line);
		CHECK(error.remedy[0] != 0);
		CHECK_CONTAINS(error.message, cases[i].message);
		CHECK_CONTAINS(error.message, "Profile p, line ");
	}
}

static void good_text_is_taken(void)
{
	static const char text[] = START "keyids 45 7 64 # comment\nseamrr 0x1000 0x2000\nmax-pa 46\n"
					 "keyids 40 6 3\n\tfield  PKG_FMS\t0x806F8*2 0*6\n"
					 "extra 0x3100000300000004 NEW 2x2 1 2 3 4\nend";
	struct tdxdash_error error;

	CHECK(parse(text, sizeof(text) - 1, &error) == TDXDASH_OK);
	CHECK(module.field_count == 2 && module.value_count == 12);
	CHECK(module.fields[0].id == 0x0000000200000001u && module.values[1] == 0x806f8 && module.values[2] == 0);
	CHECK(module.fields[1].elements == 2 && module.fields[1].first_value == 8 && module.values[11] == 4);
	CHECK(module.platform.keyid_start_bit == 40 && module.platform.first_private_keyid == 3);
	CHECK(strcmp(module.name, "x") == 0);
}

static void platform_is_taken(void)
{
	static const char text[] = START "last-private-keyid 100\nprocessors 224 3\npackages 4\nmax-updates 7\nsys-state shutdown\nglobal-lock held\n"
					 "keyids 45 7 64\nfield NUM_PKGS 2\nend\n";
	static const char plain[] = START "keyids 45 7 64\nfield NUM_PKGS 2\nend\n";
	struct tdxdash_error error;

	CHECK(parse(text, sizeof(text) - 1, &error) == TDXDASH_OK);
	CHECK(module.platform.last_private_keyid == 100 && module.platform.logical_processors == 224);
	CHECK(module.platform.initialized_logical_processors == 3 && module.platform.global_lock == 1);
	CHECK(module.platform.packages == 4 && module.platform.max_updates == 7);
	CHECK(module.platform.sys_state == TDXDASH_SYS_SHUTDOWN);

	CHECK(parse(plain, sizeof(plain) - 1, &error) == TDXDASH_OK);
	CHECK(module.platform.packages == 0 && module.platform.max_updates == 16);
	CHECK(module.platform.last_private_keyid == 127 && module.platform.logical_processors == 1);
	CHECK(module.platform.initialized_logical_processors == 1 && module.platform.global_lock == 0);
	CHECK(module.platform.sys_state == TDXDASH_SYS_INIT_DONE);
}

static char *slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(PROFILE_MAX_BYTES);

	*length = file && text ? fread(text, 1, PROFILE_MAX_BYTES, file) : 0;
	if (file)
		(void)fclose(file);
	return text;
}

static void every_truncation_is_refused(const char *path)
{
	size_t length;
	char *text = slurp(path, &length);
	size_t end = length - strlen("end\n");
	struct tdxdash_error error;

	CHECK(length > 100);
	CHECK(parse(text, length, &error) == TDXDASH_OK);
	CHECK(parse(text, end + 3, &error) == TDXDASH_OK);
	for (size_t cut = 0; cut < end + 3; cut++) {
		if (parse(text, cut, &error) != TDXDASH_PROFILE_MALFORMED || !error.message[0] || !error.remedy[0]) {
			(void)fprintf(stderr, "%s cut at %zu is taken\n", path, cut);
			CHECK(0);
		}
	}

	free(text);
}

/* Not a test of text, but of memory: the sanitizers watch. */
static void every_flipped_byte_is_survived(const char *path)
{
	size_t length;
	char *text = slurp(path, &length);
	struct tdxdash_error error;
	int refused = 0;

	for (size_t i = 0; i < length; i++) {
		char was = text[i];

		text[i] = (char)(was ^ (1 << (i % 8)));
		refused += parse(text, length, &error) != TDXDASH_OK;
		text[i] = was;
	}

	CHECK(refused > 0);
	free(text);
}

static void bad_files_are_refused(void)
{
	char path[] = "/tmp/tdxdash-test-XXXXXX";
	int fd = mkstemp(path);
	static char big[PROFILE_MAX_BYTES + 1];
	struct tdxdash_error error;

	CHECK(fd >= 0);
	memset(big, '\n', sizeof(big));
	CHECK(write(fd, big, sizeof(big)) == (ssize_t)sizeof(big));
	CHECK(profile_read(path, &module, &error) == TDXDASH_PROFILE_MALFORMED);
	CHECK_CONTAINS(error.message, path);
	CHECK_CONTAINS(error.message, "larger than 65536 bytes");
	CHECK(close(fd) == 0 && unlink(path) == 0);

	CHECK(profile_read(path, &module, &error) == TDXDASH_ABSENT);
	CHECK_CONTAINS(error.message, path);
	CHECK(error.os_error != 0);
	CHECK(profile_read("/", &module, &error) == TDXDASH_PROFILE_MALFORMED);
	CHECK_CONTAINS(error.message, "not a regular file");
	CHECK(profile_read("/dev/zero", &module, NULL) == TDXDASH_PROFILE_MALFORMED);
}

int main(void)
{
	bad_text_names_line_and_remedy();
	good_text_is_taken();
	platform_is_taken();
	every_truncation_is_refused(PROFILES "/tdx-1.5.08-emr.profile");
	every_truncation_is_refused(PROFILES "/tdx-1.5.16-srf.profile");
	every_truncation_is_refused(PROFILES "/tdx-2.0.08-gnr.profile");
	every_flipped_byte_is_survived(PROFILES "/tdx-2.0.08-gnr.profile");
	bad_files_are_refused();
	return finish_tests();
}
