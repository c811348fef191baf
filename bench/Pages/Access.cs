using System.Diagnostics;
using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>What the measurements may do: a session of an administrator, and the identity of a machine of demo hosts. Both outlive starts of the dashboard.</summary>
internal sealed class Access : IDisposable
{
    private readonly DirectoryInfo _demo = Directory.CreateTempSubdirectory("pages-demo-");

    private Access(Cookie session) => Session = session;

    /// <summary>The session's cookie.</summary>
    public Cookie Session { get; }

    /// <summary>The folder with the identity of demo hosts.</summary>
    public string Demo => _demo.FullName;

    /// <summary>Signs in and enrols on a start of its own, so that those that are measured have answered nobody before.</summary>
    public static async Task<Access> OpenAsync(Arguments arguments)
    {
        await using Server server = await Server.StartAsync(arguments);
        string address = server.Address.GetLeftPart(UriPartial.Authority), data = $"--TdxDash:DataFolder={arguments.Data}";
        string[] session = (await RunAsync("node", Path.Combine(AppContext.BaseDirectory, "sign-in.mjs"), arguments.Web, arguments.Data, address)).Split('=', 2);
        var access = new Access(new Cookie { Name = session[0], Value = session[1], Domain = server.Address.Host, Path = "/", Secure = true, HttpOnly = true });
        string token = await RunAsync("dotnet", arguments.Web, "enroll-token", "--for", "demo", data);
        await RunAsync("dotnet", Path.Combine(Path.GetDirectoryName(arguments.DemoFleet)!, "tdxprobe.dll"), "enroll", address, token, "--for", "demo", "--state", access.Demo);
        return access;
    }

    /// <inheritdoc/>
    public void Dispose() => _demo.Delete(recursive: true);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said.Trim() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}: {said}");
    }
}
