using TdxDash.HostProbe.Service;

namespace TdxDash.HostProbe.Tests.Service;

public sealed class SpareMemoryTests
{
    private const string Program = "/usr/bin/tdxprobe";

    [Theory]
    [InlineData("5581d6a00000-5581d6c00000 r--p 00000000 fe:00 1234                       /usr/bin/tdxprobe", 0, true)]
    [InlineData("5581d6a00000-5581d6c00000 r-xp 00200000 fe:00 1234                       /usr/bin/tdxprobe", 0, true)]
    [InlineData("5581d6a00000-5581d6c00000 r--p 00a00000 fe:00 1234                       /usr/bin/tdxprobe", 0, true)]
    [InlineData("5581d6a00000-5581d6c00000 r--p 00a00000 fe:00 1234                       /usr/bin/tdxprobe", 4, false)]
    [InlineData("5581d6a00000-5581d6c00000 r--p 00a00000 fe:00 1234                       /usr/bin/tdxprobe", 0, false, 8)]
    [InlineData("5581d6a00000-5581d6c00000 rw-p 00b00000 fe:00 1234                       /usr/bin/tdxprobe", 0, false)]
    [InlineData("5581d6a00000-5581d6c00000 rwxp 00200000 fe:00 1234                       /usr/bin/tdxprobe", 0, false)]
    [InlineData("5581d6a00000-5581d6c00000 ---p 00200000 fe:00 1234                       /usr/bin/tdxprobe", 0, false)]
    [InlineData("5581d6c00000-5581d6a00000 r-xp 00200000 fe:00 1234                       /usr/bin/tdxprobe", 0, false)]
    [InlineData("zz-5581d6c00000 r-xp 00200000 fe:00 1234                       /usr/bin/tdxprobe", 0, false)]
    [InlineData("5581d6a00000-5581d6c00000 r-xp 00000000 fe:00 99                         /usr/lib/libssl.so.3", 0, false)]
    [InlineData("5581d6a00000-5581d6c00000 r-xp 00000000 00:00 0 ", 0, false)]
    [InlineData("", 0, false)]
    public void OfProgram_Part_IsOnlyWhatNobodyWroteTo(string part, int own, bool isPart, int swapped = 0)
    {
        string[] lines = [Header("/usr/bin/other"), "Rss: 4 kB", "Anonymous:             0 kB", "Swap:                  0 kB", part, "Size:               2048 kB", $"Anonymous:             {own} kB", $"Swap:                  {swapped} kB", "SwapPss:               0 kB", "THPeligible:           0", "VmFlags: rd ex mr mw me"];
        (nint, nint)[] expected = isPart ? [(unchecked((nint)0x5581d6a00000), 0x200000)] : [];
        Assert.Equal(expected, SpareMemory.OfProgram(lines, Program));
    }

    [Fact]
    public void OfProgram_ThisProcess_AreItsOwnFilesParts()
    {
        string program = Environment.ProcessPath!;
        string[] lines = File.ReadAllLines("/proc/self/smaps");
        (nint Start, nint Length)[] parts = [.. SpareMemory.OfProgram(lines, program)];
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.Contains(lines, line => line.StartsWith($"{part.Start:x}-{part.Start + part.Length:x} r-", StringComparison.Ordinal) && line.EndsWith(program, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("61234 5871 4408 2200 0 9012 0\n", 5871L * 4096)]
    [InlineData("61234 4294967295 1", 4294967295L * 4096)]
    [InlineData("61234 4294967296 1", null)]
    [InlineData("61234 -1 1", null)]
    [InlineData("61234", null)]
    [InlineData("", null)]
    public void ResidentOf_TheSizes_AreBytesOrNothing(string sizes, long? expected) => Assert.Equal(expected, SpareMemory.ResidentOf(sizes, 4096));

    [Theory]
    [InlineData(SpareMemory.Allowance, 0L, false)]
    [InlineData(SpareMemory.Allowance + 1, 0L, true)]
    [InlineData(20L << 20, 19L << 20, false)]
    [InlineData(null, 0L, true)]
    public void IsWorth_WhatCameSince_HasToBeMoreThanTheAllowance(long? resident, long left, bool expected) => Assert.Equal(expected, SpareMemory.IsWorth(resident, left));

    private static string Header(string path) => $"7f0000000000-7f0000100000 r-xp 00000000 fe:00 99                         {path}";
}
