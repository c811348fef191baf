using TdxDash.HostProbe.Host;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class LiveHostFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tdxprobe-files").FullName;

    [Fact]
    public void Read_BelowRoot_GivesItsText()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc"));
        File.WriteAllText(Path.Combine(_root, "proc", "cmdline"), "quiet\n");

        Assert.Equal("quiet\n", new LiveHostFiles(_root + "/").Read("/proc/cmdline").Text);
    }

    [Fact]
    public void Read_Absent_SaysSo()
    {
        Assert.Equal(AccessFailure.Absent, new LiveHostFiles(_root).Read("/proc/none").Error!.Failure);
        Assert.Equal(AccessFailure.Absent, new LiveHostFiles(_root).List("/sys").Error!.Failure);
    }

    [Fact]
    public void Read_TooLarge_IsRefused()
    {
        using (FileStream file = File.Create(Path.Combine(_root, "large")))
        {
            file.SetLength(HostFiles.MaxFileBytes + 1);
        }

        Assert.Equal(AccessFailure.TooLarge, new LiveHostFiles(_root).Read("/large").Error!.Failure);
    }

    [Fact]
    public void Read_Folder_FailsWithoutThrowing() => Assert.NotNull(new LiveHostFiles(_root).Read("/").Error);

    [Fact]
    public void Read_KernelLogCopy_IsAPlainFile()
    {
        Directory.CreateDirectory(Path.Combine(_root, "dev"));
        File.WriteAllText(Path.Combine(_root, "dev", "kmsg"), "6,1,1,-;virt/tdx: module initialized\n");

        Assert.Contains("initialized", new LiveHostFiles(_root).Read(HostFiles.KernelLog).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RealKernelLog_EndsWithoutWaiting()
    {
        HostAccess access = new LiveHostFiles().Read(HostFiles.KernelLog);

        Assert.True(access.Content is not null || access.Error!.Failure is AccessFailure.Absent or AccessFailure.Denied);
    }

    [Fact]
    public void List_Names_AreInOrdinalOrder()
    {
        foreach (string name in new[] { "b", "a", "C" })
        {
            File.WriteAllText(Path.Combine(_root, name), "");
        }

        Assert.Equal(["C", "a", "b"], new LiveHostFiles(_root).List("/").Names);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
