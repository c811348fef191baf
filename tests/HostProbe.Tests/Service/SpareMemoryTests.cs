using TdxDash.HostProbe.Service;

namespace TdxDash.HostProbe.Tests.Service;

public sealed class SpareMemoryTests
{
    private const string Program = "/usr/bin/tdxprobe";

    [Theory]
    [InlineData("5581d6a00000-5581d6c00000 r--p 00000000 fe:00 1234                       /usr/bin/tdxprobe", true)]
    [InlineData("5581d6c00000-5581d7400000 r-xp 00200000 fe:00 1234                       /usr/bin/tdxprobe", true)]
    [InlineData("5581d7400000-5581d7500000 r--p 00a00000 fe:00 1234                       /usr/bin/tdxprobe", false)]
    [InlineData("5581d7500000-5581d7600000 rw-p 00b00000 fe:00 1234                       /usr/bin/tdxprobe", false)]
    [InlineData("5581d7600000-5581d7700000 rwxp 00200000 fe:00 1234                       /usr/bin/tdxprobe", false)]
    [InlineData("7f0000000000-7f0000100000 r-xp 00000000 fe:00 99                         /usr/lib/libssl.so.3", false)]
    [InlineData("7f0000200000-7f0000300000 r-xp 00000000 00:00 0 ", false)]
    [InlineData("", false)]
    public void OfProgram_LineOfMaps_IsOnlyWhatIsNeverWritten(string line, bool isPart) => Assert.Equal(isPart, SpareMemory.OfProgram(line, Program) is { Length: > 0 });
}
