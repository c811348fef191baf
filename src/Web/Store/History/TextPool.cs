using System.Data.Common;
using Dapper;

namespace TdxDash.Web.Store.History;

/// <summary>The ids of texts, for the writer. It lives as long as its connection: ids of a transaction that was rolled back must not outlive it.</summary>
internal sealed class TextPool
{
    private const int MostKept = 100_000;
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);

    /// <summary>The id of a text, which is stored when it is new.</summary>
    public long IdOf(DbConnection connection, DbTransaction transaction, string text)
    {
        if (TryGet(text, out long known))
        {
            return known;
        }

        long id = connection.QueryFirstOrDefault<long?>("SELECT id FROM texts WHERE text = @text", new { text }, transaction)
            ?? connection.QuerySingle<long>("INSERT INTO texts (id, text) SELECT coalesce(max(id), 0) + 1, @text FROM texts RETURNING id", new { text }, transaction);
        Learn(text, id);
        return id;
    }

    /// <summary>The id of a text, where it is known without asking the database.</summary>
    public bool TryGet(string text, out long id) => _ids.TryGetValue(text, out id);

    /// <summary>Keeps the id that the database has for a text.</summary>
    public void Learn(string text, long id)
    {
        if (_ids.Count >= MostKept)
        {
            _ids.Clear();
        }

        _ids[text] = id;
    }
}

/// <summary>The texts behind the ids, for readers. Texts are never changed or deleted, so that what was read stays right.</summary>
internal sealed class TextTable(StoreEngine store)
{
    private readonly Lock _gate = new();
    private volatile string?[] _texts = [];

    /// <summary>The text of an id.</summary>
    /// <param name="id">The id, as a digest holds it.</param>
    /// <exception cref="InvalidDataException">There is no such text.</exception>
    public string Of(long id)
    {
        string?[] known = _texts;
        if (id >= known.Length)
        {
            known = Load(id);
        }

        return id >= 0 && id < known.Length && known[id] is { } text ? text : throw new InvalidDataException($"There is no text {id} in the database.");
    }

    private string?[] Load(long wanted)
    {
        lock (_gate)
        {
            string?[] known = _texts;
            if (wanted < known.Length)
            {
                return known;
            }

            using DbConnection connection = store.OpenReader();
            List<TextRow> news = connection.Query<TextRow>("SELECT id AS Id, text AS Text FROM texts WHERE id >= @from ORDER BY id", new { from = (long)known.Length }).AsList();
            if (news.Count == 0)
            {
                return known;
            }

            // Ids rise by one, so that an array has no gaps worth a dictionary; a foreign id must not make a giant one.
            long end = news[^1].Id + 1;
            if (end > known.Length + (2L * news.Count) + 1_024)
            {
                throw new InvalidDataException($"The texts of the database have ids up to {end - 1} for {news.Count} texts. Put back a backup of the database.");
            }

            var more = new string?[end];
            known.CopyTo(more, 0);
            foreach (TextRow row in news)
            {
                more[row.Id] = row.Text;
            }

            return _texts = more;
        }
    }

    private sealed record TextRow(long Id, string Text);
}
