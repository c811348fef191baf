using System.Xml.Linq;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Security;

namespace TdxDash.Web.Tests.Security;

public sealed class KeyFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tdxdash-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("<?xml version=\"1.0\"?><key><a")]
    [InlineData("\0\0\0\0")]
    public void GetAllElements_DamagedFileBesideAWholeOne_GivesTheWholeOne(string damage)
    {
        var keys = new KeyFiles(_folder, NullLoggerFactory.Instance);
        keys.StoreElement(new XElement("key", new XAttribute("id", "whole")), "key-1");
        File.WriteAllText(Path.Combine(_folder.FullName, "key-2.xml"), damage);

        XElement key = Assert.Single(keys.GetAllElements());

        Assert.Equal("whole", (string?)key.Attribute("id"));
    }
}
