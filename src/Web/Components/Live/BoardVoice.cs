using System.Globalization;

namespace TdxDash.Web.Components.Live;

/// <summary>What a board says to those who do not see it, and in notices.</summary>
public sealed class BoardVoice
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private DateTimeOffset _spokenAt;

    /// <summary>How many hosts stand where; said at most once in five seconds.</summary>
    public string Counts { get; private set; } = "";

    /// <summary>The last failure or alarm; said at once.</summary>
    public string Alarm { get; private set; } = "";

    /// <summary>Takes in what the board shows now.</summary>
    /// <param name="board">The board.</param>
    /// <param name="ended">Hosts that ended since the last time.</param>
    /// <param name="now">The dashboard's clock.</param>
    /// <param name="nameOf">A host's name by its identity.</param>
    public void Hear(Board board, IReadOnlyList<BoardRow> ended, DateTimeOffset now, Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(nameOf);
        if (ended.FirstOrDefault(row => row.Phase == BoardPhase.Failed) is { } failed)
        {
            Alarm = $"{nameOf(failed.Host.Id)} failed. {failed.Run?.Failure?.AdviceText}";
        }
        else if (ended.FirstOrDefault(row => row.Run is { ConsumedChanges.Count: > 0 }) is { } changed)
        {
            Alarm = $"{nameOf(changed.Host.Id)}: the new module has other metadata than Linux consumed at boot: {string.Join(", ", changed.Run!.ConsumedChanges)}.";
        }

        if ((now - _spokenAt).Duration() >= Every)
        {
            _spokenAt = now;
            Counts = string.Join(", ", LiveState.Phases.Where(pair => board.Counts[pair.Value] > 0)
                .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{board.Counts[pair.Value]} {pair.Key}")));
        }
    }

    /// <summary>A notice of hosts that ended.</summary>
    public static string Summary(IReadOnlyList<BoardRow> ended, Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(ended);
        ArgumentNullException.ThrowIfNull(nameOf);
        return ended is [var one]
            ? $"{nameOf(one.Host.Id)}: {PhaseMark.Word(one.Phase)}"
            : string.Create(CultureInfo.InvariantCulture, $"{ended.Count(row => row.Phase == BoardPhase.Done)} done, {ended.Count(row => row.Phase == BoardPhase.Failed)} failed");
    }
}
