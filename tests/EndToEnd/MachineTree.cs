using System.Globalization;

namespace TdxDash.EndToEnd;

/// <summary>The few files of a small machine, for <c>--root</c>: a machine whose memory a test can change.</summary>
internal sealed class MachineTree
{
    private const ulong GiB = 1UL << 30;

    public MachineTree(string root, string name, int gibibytes)
    {
        Root = root;
        Write("proc/sys/kernel/hostname", name + "\n");
        Boot("6.16.0", number: 1);
        Resize(gibibytes);
    }

    public string Root { get; }

    /// <summary>Boots a kernel. A probe that runs does not outlive that on a real machine; stop it before.</summary>
    public void Boot(string kernel, int number)
    {
        Write("proc/sys/kernel/osrelease", kernel + "\n");
        Write("proc/sys/kernel/random/boot_id", string.Create(CultureInfo.InvariantCulture, $"6b1c3a3e-0000-4000-8000-{number:d12}\n"));
    }

    /// <summary>Gives the machine this much memory, all of it above the first 4 GiB.</summary>
    public void Resize(int gibibytes)
    {
        ulong last = (4 * GiB) + ((ulong)gibibytes * GiB) - 1;
        Write("proc/iomem", string.Create(CultureInfo.InvariantCulture, $"00000000-00000fff : Reserved\n{4 * GiB:x8}-{last:x8} : System RAM\n"));
    }

    // Written aside and moved, so that no reader sees half a file.
    private void Write(string path, string text)
    {
        string target = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllText(target + ".new", text);
        File.Move(target + ".new", target, overwrite: true);
    }
}
