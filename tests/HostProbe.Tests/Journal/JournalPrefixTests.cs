using TdxDash.HostProbe.Journal;

namespace TdxDash.HostProbe.Tests.Journal;

/// <summary>However a probe is cut off, its journal starts with what it held before or after the step that was cut: every list of steps of a length, and within each
/// step every number of pages that its commit had written.</summary>
public sealed class JournalPrefixTests : IDisposable
{
    private const int Steps = 4;
    private const int StepsCutAtEveryPage = 3;
    private const int LogHeader = 32;
    private const int LogFrame = 24 + 4096;

    // In memory where there is such a folder: a crash of the process alone needs no disk, and thousands of flushes take their time there.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"tdxprobe-test-{Guid.NewGuid():n}")).FullName;
    private int _starts;

    private string JournalPath => Path.Combine(_folder, JournalFile.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AnySteps_CutOffAnywhere_LeaveTheStateBeforeOrAfterTheStep()
    {
        JournalFile.Open(_folder).Dispose();
        var empty = new Image(File.ReadAllBytes(JournalPath), []);

        Walk(empty, new JournalModel(), []);

        Assert.InRange(_starts, 1_000, int.MaxValue);
        TestContext.Current.TestOutputHelper!.WriteLine($"{_starts} starts");
    }

    private void Walk(Image image, JournalModel model, IReadOnlyList<JournalStep> before)
    {
        foreach (JournalStep step in Enum.GetValues<JournalStep>())
        {
            IReadOnlyList<JournalStep> steps = [.. before, step];
            JournalModel after = model.After(step);
            Image left = Do(image, model, step);
            foreach (Image cut in Cuts(image, left, everywhere: steps.Count <= StepsCutAtEveryPage))
            {
                string started = Start(cut);
                Assert.True(started == after.ToString() || (cut != left && started == model.ToString()),
                    $"After {string.Join(", ", steps)}, with {cut.Log.Length} of {left.Log.Length} bytes of its last step: a journal that holds\n{started}\ninstead of\n{after}\nor\n{model}");
            }

            // A step that changes nothing leads to what the others lead to by themselves.
            if (steps.Count < Steps && after.ToString() != model.ToString())
            {
                Walk(left, after, steps);
            }
        }
    }

    /// <summary>The files as a crash right after the step leaves them: nothing is closed.</summary>
    private Image Do(Image image, JournalModel model, JournalStep step)
    {
        image.WriteTo(JournalPath);
        using JournalFile file = JournalFile.Open(_folder);
        model.Do(step, file);
        return new Image(File.ReadAllBytes(JournalPath), File.ReadAllBytes(JournalPath + "-wal"));
    }

    private string Start(Image image)
    {
        _starts++;
        image.WriteTo(JournalPath);
        using JournalFile file = JournalFile.Open(_folder);
        return JournalModel.Read(file);
    }

    /// <summary>What a crash within the step can leave: each number of whole pages in the log, and one page that is half there.</summary>
    private static IEnumerable<Image> Cuts(Image before, Image after, bool everywhere)
    {
        if (everywhere)
        {
            bool grew = after.Log.AsSpan().StartsWith(before.Log) && before.Database.AsSpan().SequenceEqual(after.Database);
            if (!grew)
            {
                // The log was taken into the file, and is begun anew only when that is on the disk.
                yield return after with { Log = before.Log };
                yield return after with { Log = [] };
            }

            for (int length = grew && before.Log.Length > 0 ? before.Log.Length : LogHeader; length < after.Log.Length; length += LogFrame)
            {
                yield return after with { Log = after.Log[..length] };
                yield return after with { Log = after.Log[..(length + (LogFrame / 2))] };
            }
        }

        yield return after;
    }

    /// <summary>A journal's file and the log beside it.</summary>
    private sealed record Image(byte[] Database, byte[] Log)
    {
        public void WriteTo(string path)
        {
            File.WriteAllBytes(path, Database);
            File.WriteAllBytes(path + "-wal", Log);
        }
    }
}
