using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;
using TdxDash.Web.Security;
using TdxDash.Web.Store.Backups;

namespace TdxDash.Web.Store.Postgres;

/// <summary>The keys that protect what pages carry, in the store, so that every node reads what another protected. One that cannot be read is named in the log and left out, as with
/// <see cref="KeyFiles"/>.</summary>
/// <param name="store">The database.</param>
/// <param name="loggers">Makes the log.</param>
internal sealed partial class DataKeys(PostgresStore store, ILoggerFactory loggers) : IXmlRepository
{
    private const string AllSql = "SELECT name, content FROM data_keys ORDER BY name";
    private const string AddSql = "INSERT INTO data_keys (name, content) VALUES (@name, @content) ON CONFLICT (name) DO NOTHING";

    private readonly ILogger<DataKeys> _log = loggers.CreateLogger<DataKeys>();

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<(string Name, string Content)>(AllSql).Select(row => Read(row.Name, row.Content)).OfType<XElement>()];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        using DbConnection connection = store.OpenBeside();
        connection.Execute(AddSql, new { name = friendlyName, content = element.ToString(SaveOptions.DisableFormatting) });
    }

    /// <summary>Takes over the key files of a data folder. One whose name is there already stays as it is.</summary>
    /// <param name="connection">A connection that writes.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="loggers">Makes the log, which names files that cannot be read.</param>
    /// <returns>How many were new.</returns>
    public static int TakeOver(DbConnection connection, string folder, ILoggerFactory loggers)
    {
        int taken = 0;
        var keys = new DirectoryInfo(Path.Combine(folder, KeyFolder.Name));
        foreach (XElement key in keys.Exists ? new KeyFiles(keys, loggers).GetAllElements() : [])
        {
            string content = key.ToString(SaveOptions.DisableFormatting);
            // What has no number, as a revocation, has the same name each time nevertheless.
            string number = (string?)key.Attribute("id") ?? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
            taken += connection.Execute(AddSql, new { name = $"{key.Name.LocalName}-{number}", content });
        }

        return taken;
    }

    private XElement? Read(string name, string content)
    {
        try
        {
            return XElement.Parse(content);
        }
        catch (XmlException e)
        {
            LeftOut(_log, name, e.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "The key {Name} in the table data_keys is damaged and is left out ({Reason}). Delete its row; pages that were open may have to be loaded again.")]
    private static partial void LeftOut(ILogger log, string name, string reason);
}
