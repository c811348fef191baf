using System.Text.Json;

namespace TdxDash.Testing;

/// <summary>Counts the cases of vector files by family. <c>./test --vectors</c> reads the lines that it writes.</summary>
/// <param name="kind">Who is held against which vectors, in one word or two.</param>
internal sealed class VectorTally(string kind)
{
    private const int MostShown = 20;
    private const int MostOfALine = 80;

    private readonly SortedDictionary<string, (int Passed, int Failed)> _families = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];

    /// <summary>Tries every case of a kind of files. One that cannot be read, or that ends in an exception, has failed, and the others go on.</summary>
    /// <param name="files">As <see cref="VectorFolder.Cases"/> takes it.</param>
    /// <param name="family">The member that names a case's family; what follows a slash or a colon in it is left out.</param>
    /// <param name="check">What differs; null where nothing does.</param>
    public void TryAll(string files, string family, Func<JsonElement, string?> check)
    {
        foreach (string line in VectorFolder.Cases(files))
        {
            (string name, string id) = ("unreadable", line.Length <= MostOfALine ? line : line[..MostOfALine]);
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                (name, id) = (json.RootElement.GetProperty(family).GetString() ?? name, json.RootElement.GetProperty("id").ToString());
                Add(name, id, check(json.RootElement));
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                Add(name, id, $"{fault.GetType().Name}: {fault.Message}");
            }
        }
    }

    private void Add(string family, string id, string? difference)
    {
        string name = family.Split('/', ':')[0];
        (int passed, int failed) = _families.GetValueOrDefault(name);
        _families[name] = difference is null ? (passed + 1, failed) : (passed, failed + 1);
        if (difference is not null)
        {
            _failures.Add($"{id}: {difference}");
        }
    }

    /// <summary>Writes one line for each family, and ends the test when a case failed, or when the repository's own vectors have none.</summary>
    public void Conclude(ITestOutputHelper output)
    {
        foreach ((string family, (int passed, int failed)) in _families)
        {
            output.WriteLine($"{kind} {family}: {passed} passed, {failed} failed");
        }

        if (_families.Count == 0)
        {
            output.WriteLine($"{kind}: 0 cases");
            Assert.False(VectorFolder.IsOwn, $"tests/data/vectors has no case for {kind}");
        }

        Assert.True(_failures.Count == 0, $"{_failures.Count} cases of {kind} differ:\n{string.Join('\n', _failures.Take(MostShown))}");
    }
}
