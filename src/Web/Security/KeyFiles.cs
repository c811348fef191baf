using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using TdxDash.Web.Store.Backups;
using TdxDash.Wire;

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

    /// <summary>Keeps a key; it is on the disk when this returns, as is its name: after a loss of power nobody could read what pages and sessions carry without it, nor the secrets of alerts' targets.</summary>
    public override void StoreElement(XElement element, string friendlyName)
    {
        base.StoreElement(element, friendlyName);
        try
        {
            PrivateFile.Flush(Path.Combine(Directory.FullName, friendlyName + ".xml"));
            FolderFlush.Run(Directory.FullName);
            FolderFlush.Run(Directory.Parent!.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NotFlushed(_log, Directory.FullName, e.Message);
        }
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

    [LoggerMessage(EventId = 302, Level = LogLevel.Warning, Message = "The new key in {Folder} could not be flushed ({Reason}): a loss of power may end all sessions and make the secrets of alerts' targets unreadable. Look at the disk.")]
    private static partial void NotFlushed(ILogger log, string folder, string reason);
}
