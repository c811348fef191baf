using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using TdxDash.Testing;

namespace TdxDash.Faults.Support;

/// <summary>The documented nginx in front of two nodes, with their addresses and a port of its own in the place of those that stand in deploy/nginx/tdxdash.conf.</summary>
internal sealed partial class NginxProxy : IDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("tdxdash-nginx-").FullName;
    private readonly Process _process;

    public NginxProxy(Uri nodeA, Uri nodeB)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("nginx is not installed: apt-get install nginx-light. ./test does it by itself.");
        }

        int port = FreePort();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        string documented = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "nginx", "tdxdash.conf"));
        File.WriteAllText(Path.Combine(_folder, "tdxdash.conf"), documented.Replace("web-a:8080", nodeA.Authority, StringComparison.Ordinal).Replace("web-b:8080", nodeB.Authority, StringComparison.Ordinal)
            .Replace("listen 8080;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            worker_processes 1;
            daemon off;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 4096; }
            http {
                log_format nodes '$request_uri $upstream_addr';
                access_log access.log nodes;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                include tdxdash.conf;
            }
            """);
        Run("-t");
        _process = Start();
        try
        {
            Assert.True(SpinWait.SpinUntil(() => _process.HasExited || Answers(port), Patience) && !_process.HasExited, $"nginx did not start: {Log("error.log")}");
        }
        catch
        {
            // Nobody disposes of what was not made.
            Dispose();
            throw;
        }
    }

    /// <summary>Where it is reached.</summary>
    public Uri Address { get; }

    /// <summary>The node that the newest open page lives in.</summary>
    public string NodeOfPage() => Page().Matches(Log("access.log")).Last().Groups[1].Value;

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Process Start(params string[] more) => Process.Start(new ProcessStartInfo(Program, ["-p", _folder, "-c", "nginx.conf", "-e", "error.log", .. more]) { RedirectStandardError = true })!;

    // What is documented is to be right by nginx's own word.
    private void Run(string option)
    {
        using Process process = Start(option);
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
    }

    private string Log(string name) => File.Exists(Path.Combine(_folder, name)) ? File.ReadAllText(Path.Combine(_folder, name)) : "";

    [GeneratedRegex(@"^/_blazor/negotiate\S* (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Page();
}
