using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace TdxDash.Web.Security;

/// <summary>The files of the keys that protect what pages carry. One that cannot be read, such as one that a loss of power left empty, is named in the log and left
/// out: another key is made in its place, instead of every page being answered with an error for ever.</summary>
/// <param name="folder">Where they lie.</param>
/// <param name="loggers">Makes the logs.</param>
internal sealed partial class KeyFiles(DirectoryInfo folder, ILoggerFactory loggers) : FileSystemXmlRepository(folder, loggers)
{
    private readonly ILogger<KeyFiles> _log = loggers.CreateLogger<KeyFiles>();

    /// <inheritdoc/>
    public override IReadOnlyCollection<XElement> GetAllElements()
    {
        Directory.Create();
        return [.. Directory.EnumerateFiles("*.xml").Select(Read).OfType<XElement>()];
    }

    private XElement? Read(FileInfo file)
    {
        try
        {
            using FileStream stream = file.OpenRead();
            return XElement.Load(stream);
        }
        catch (XmlException e)
        {
            LeftOut(_log, file.FullName, e.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "The key file {File} is damaged and is left out ({Reason}). Delete it; pages that were open may have to be loaded again.")]
    private static partial void LeftOut(ILogger log, string file, string reason);
}
