using TdxDash.HostProbe.Journal;

namespace TdxDash.HostProbe.Identity;

/// <summary>The host's identity for <c>tdxprobe enroll</c>: in the journal, which a running probe keeps to itself, and therefore noted in a file beside it.</summary>
internal static class HostIdFile
{
    private const string Name = "host-id";

    /// <summary>Notes it for others.</summary>
    /// <returns>Why it could not be noted, which costs nothing but an enrolment beside the running probe; null where it is.</returns>
    public static string? Note(string folder, string hostId)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            if (Noted(path) != hostId)
            {
                File.WriteAllText(path, hostId);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The host's identity cannot be noted in {path}: {e.Message} To enrol this probe, stop it first.";
        }
    }

    /// <summary>The host's identity; makes the journal where there is none.</summary>
    /// <param name="folder">The state folder.</param>
    /// <exception cref="IOException">The journal cannot be opened, and no running probe has noted what is in it.</exception>
    public static string Find(string folder)
    {
        try
        {
            using JournalFile journal = JournalFile.Open(folder);
            _ = Note(folder, journal.HostId);
            return journal.HostId;
        }
        catch (JournalException e) when (e.IsInUse && Noted(Path.Combine(folder, Name)) is { } noted)
        {
            return noted;
        }
    }

    private static string? Noted(string path) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is var text && Guid.TryParseExact(text, "D", out _) ? text : null;
}
