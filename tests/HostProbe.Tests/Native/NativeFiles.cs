using System.Text;
using TdxDash.HostProbe.Native;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>The profiles, shipped and made for a test.</summary>
internal static class NativeFiles
{
    public static string Oracle { get; } = Repository.Data("profiles", "oracle-sysrd.profile");

    /// <summary>A shipped profile, from where the build put it.</summary>
    public static string Shipped(string name) => Path.Combine(AppContext.BaseDirectory, "profiles", $"{name}.profile");

    public static NativeTransport OpenText(string text)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text, new UTF8Encoding(false));
            return NativeTransport.OpenEmulated(path, []);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

/// <summary>A module that a test plays, or a real transport with some calls changed.</summary>
internal sealed class ScriptedTransport(ScriptedTransport.Script script, ISeamcallTransport? inner = null) : ISeamcallTransport
{
    public delegate bool Script(ulong leaf, ref SeamcallRegisters registers, Span<byte> page);

    public string Description => inner?.Description ?? "scripted";

    public Tdx.Snapshots.Provenance Provenance => inner?.Provenance ?? Tdx.Snapshots.Provenance.Read;

    public int Calls { get; private set; }

    public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        Calls++;
        if (!script(leaf, ref registers, page))
        {
            inner!.Seamcall(leaf, ref registers, page);
        }
    }

    public void Dispose() => inner?.Dispose();
}
