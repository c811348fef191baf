namespace TdxDash.Tdx.Import;

/// <summary>One kind of source that was found in a text.</summary>
/// <param name="Name">What it is: <c>kernel log</c>, <c>/proc/iomem</c>.</param>
/// <param name="FirstLine">The first of its lines, from 1.</param>
/// <param name="LastLine">The last of its lines; lines of other sources may lie between.</param>
/// <param name="Used">How many lines were used.</param>
/// <param name="PassedOver">How many lines were recognised and not used: damaged, repeated, too many, or of an earlier boot.</param>
/// <param name="Facts">What was understood, each in one phrase.</param>
public sealed record ImportSection(string Name, long FirstLine, long LastLine, long Used, long PassedOver, IReadOnlyList<string> Facts);

/// <summary>A kind of source that collects its lines out of a text.</summary>
/// <param name="name">What it is.</param>
internal abstract class ImportPart(string name)
{
    private long _first, _last, _used, _passedOver;

    /// <summary>What it was found to be; null where no line of it was found.</summary>
    public ImportSection? Section => _used + _passedOver == 0 ? null : new ImportSection(name, _first, _last, _used, _passedOver, Facts());

    /// <summary>Whether any line was used.</summary>
    public bool IsThere => _used > 0;

    public long Used => _used;

    /// <summary>Takes a line if it is of this kind.</summary>
    /// <param name="number">The line's number, from 1.</param>
    /// <param name="raw">The whole line, without its end.</param>
    /// <param name="text">The kernel's own text in it, without time stamp, host and leading blanks.</param>
    /// <returns>Whether it is of this kind, used or not.</returns>
    public abstract bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text);

    /// <summary>Forgets what was understood: what follows speaks of a later boot or is a later copy.</summary>
    public virtual void StartOver()
    {
        _passedOver += _used;
        _used = 0;
    }

    /// <summary>What was understood, each in one phrase.</summary>
    protected abstract IReadOnlyList<string> Facts();

    protected bool Use(long number) => Count(number, ref _used);

    protected bool PassOver(long number) => Count(number, ref _passedOver);

    /// <summary>Gives back lines that turned out to be of no use.</summary>
    protected void Reject()
    {
        _passedOver += _used;
        _used = 0;
    }

    private bool Count(long number, ref long counter)
    {
        _first = _first == 0 ? number : _first;
        _last = number;
        counter++;
        return true;
    }
}
