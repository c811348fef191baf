using System.Data.Common;
using System.Xml;
using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace TdxDash.Web.Store.Postgres;

/// <summary>The keys that protect what pages carry, in the store, so that every node reads what another protected. One that cannot be read is named in the log and left out, as with
/// <see cref="Security.KeyFiles"/>.</summary>
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
