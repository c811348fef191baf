using TdxDash.Tdx.Metadata;

namespace TdxDash.HostProbe.Native;

/// <summary>Version and build of a module as they read at one moment: each field's status and value, so that a module that is being
/// replaced and answers nothing also differs from the one before it. Where the calls are not executed, the stamp is empty.</summary>
internal sealed class VersionStamp : IEquatable<VersionStamp>
{
    private static readonly ulong[] Fields =
    [
        .. new[] { "BUILD_DATE", "BUILD_NUM", "MINOR_VERSION", "MAJOR_VERSION", "UPDATE_VERSION", "INTERNAL_VERSION" }
            .Select(name => MetadataCatalogue.Find(name)!.Id.Value),
    ];

    private readonly (ulong Status, ulong Value)[] _answers;

    private VersionStamp((ulong Status, ulong Value)[] answers) => _answers = answers;

    /// <summary>Reads it by TDH.SYS.RD.</summary>
    public static VersionStamp Read(ISeamcallTransport transport)
    {
        try
        {
            return new VersionStamp([.. Fields.Select(field => Answer(transport, field))]);
        }
        catch (SeamcallTransportException)
        {
            // The sweep itself meets the same failure and says it, or this is a dump of a probe that did not read these fields.
            return new VersionStamp([]);
        }
    }

    /// <inheritdoc/>
    public bool Equals(VersionStamp? other) => other is not null && _answers.AsSpan().SequenceEqual(other._answers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VersionStamp);

    /// <inheritdoc/>
    public override int GetHashCode() => _answers.Length == 0 ? 0 : _answers[0].GetHashCode();

    private static (ulong Status, ulong Value) Answer(ISeamcallTransport transport, ulong field)
    {
        var registers = new SeamcallRegisters { Rdx = field };
        transport.Seamcall(MetadataSweep.SysRd, ref registers, default);
        return (registers.Rax, registers.R8);
    }
}
