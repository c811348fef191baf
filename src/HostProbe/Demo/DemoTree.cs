using System.Text;
using TdxDash.HostProbe.Host;

namespace TdxDash.HostProbe.Demo;

/// <summary>Files and folders of a demo machine as they are put together.</summary>
internal sealed class DemoTree
{
    public Dictionary<string, HostAccess> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, HostAccess> Folders { get; } = new(StringComparer.Ordinal);

    public void Add(string path, string text) => Files.Add(path, HostAccess.File(Encoding.UTF8.GetBytes(text)));

    public void Add(string path, byte[] content) => Files.Add(path, HostAccess.File(content));

    public void Fail(string path, AccessFailure failure, string reason) => Files.Add(path, HostAccess.Failed(failure, reason));

    public void AddFolder(string path, IEnumerable<string> names) => Folders.Add(path, HostAccess.Folder([.. names.Order(StringComparer.Ordinal)]));
}
