using Microsoft.Data.Sqlite;

namespace TdxDash.HostProbe.Journal;

/// <summary>The journal could not be opened, read or written; the message names the file and the remedy.</summary>
public sealed class JournalException : IOException
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    internal JournalException(string message, bool damaged = false, Exception? inner = null)
        : base(message, inner) => Damaged = damaged;

    /// <summary>Whether the disk has no room.</summary>
    public bool IsFull { get; private init; }

    /// <summary>Whether another process has it open.</summary>
    public bool IsInUse { get; private init; }

    /// <summary>Whether the file itself is damaged, so that trying again cannot help.</summary>
    public bool Damaged { get; }

    internal static JournalException From(string path, SqliteException e) => e.SqliteErrorCode switch
    {
        Busy or Locked => new($"Another tdxprobe uses this journal: {path}. Stop it, or give this one a state folder of its own.", inner: e) { IsInUse = true },
        Corrupt or NotADatabase => Damage(path, e.Message, e),
        Full => new($"Journal {path} cannot grow: the disk is full. Free space there; nothing that was journaled is lost.", inner: e) { IsFull = true },
        ReadOnly or CannotOpen => new($"Journal {path} cannot be opened for writing ({e.Message}). Give this user the right to write in its folder, or name another state folder.", inner: e),
        _ => new($"Journal {path} could not be read or written ({e.Message}). Check the disk that holds it.", inner: e),
    };

    internal static JournalException Damage(string path, string finding, Exception? inner = null) => new(
        $"Journal {path} is damaged ({finding}). Move it away and start again; snapshots that were not delivered are lost with it.", damaged: true, inner);
}
