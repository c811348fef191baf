using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace TdxDash.EndToEnd.Processes;

/// <summary>Lets probes of tests be known to dashboards of tests. The first start on a new folder finds a database there that has a token for hosts, and keys for demo machines and imports;
/// the token's own way in is the one that users go.</summary>
internal static class Enrolment
{
    private const string Database = "tdxdash.db";

    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly ECDsa Demo = ECDsa.Create(ECCurve.NamedCurves.nistP256), Imports = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static TemporaryFolder? _template;
    private static string _token = "", _realm = "";

    /// <summary>The name of the dashboards of tests in what probes sign.</summary>
    public static string Realm => _realm.Length > 0 ? _realm : throw new InvalidOperationException("No dashboard was started yet.");

    /// <summary>The key of demo machines, in its PKCS #8 form.</summary>
    public static byte[] DemoKey => Demo.ExportPkcs8PrivateKey();

    /// <summary>Puts the database into a folder that has none.</summary>
    public static async Task PrepareAsync(string folder)
    {
        string template = await TemplateAsync(), file = Path.Combine(folder, Database);
        Directory.CreateDirectory(folder);
        if (!File.Exists(file))
        {
            File.Copy(Path.Combine(template, Database), file);
        }
    }

    /// <summary>Adds the token and the keys to a database that came about otherwise, and on which no dashboard runs.</summary>
    public static async Task AddToAsync(string folder)
    {
        await TemplateAsync();
        await using SqliteConnection database = Open(folder);
        await ExecuteAsync(database, "ATTACH $template AS t; UPDATE probe_realm SET realm = (SELECT realm FROM t.probe_realm); "
            + "INSERT INTO enrolment_tokens SELECT * FROM t.enrolment_tokens; INSERT INTO probes SELECT * FROM t.probes; DETACH t", ("$template", Path.Combine(await TemplateAsync(), Database)));
    }

    /// <summary>Enrols the host of a state folder, as a user does, unless it is.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="state">The state folder.</param>
    /// <param name="prefix">What stands before the command line.</param>
    /// <param name="options">More options.</param>
    public static void OfHost(Uri dashboard, string state, string[]? prefix = null, params string[] options)
    {
        if (File.Exists(Path.Combine(state, "identity.json")))
        {
            return;
        }

        // Those who start a probe expect a process, and wait for its lines.
        RunningProcess enrolling = RunningProcess.Start([.. prefix ?? [], .. Product.Probe(), "enroll", dashboard.GetLeftPart(UriPartial.Authority), _token, "--state", state, .. options]);
        int code = Task.Run(enrolling.EndAsync).GetAwaiter().GetResult();
        Assert.True(code == 0, $"tdxprobe enroll ended with {code}:\n{enrolling.Output}");
    }

    /// <summary>Gives a state folder the identity of demo machines.</summary>
    public static void OfDemo(Uri dashboard, string state) => Write(dashboard, state, "Demo", Demo);

    /// <summary>Gives a state folder the identity of imports.</summary>
    public static void OfImports(Uri dashboard, string state) => Write(dashboard, state, "Imports", Imports);

    private static void Write(Uri dashboard, string state, string scope, ECDsa key)
    {
        Directory.CreateDirectory(state);
        File.WriteAllText(Path.Combine(state, "identity.json"), $$"""
            {"version": 1, "scope": "{{scope}}", "hostId": "", "dashboard": "{{dashboard.GetLeftPart(UriPartial.Authority)}}", "realm": "{{Realm}}", "privateKey": "{{Convert.ToBase64String(key.ExportPkcs8PrivateKey())}}", "caFile": null}
            """);
    }

    private static async Task<string> TemplateAsync()
    {
        await Turn.WaitAsync();
        try
        {
            if (_template is null)
            {
                var template = new TemporaryFolder();
                await MakeAsync(template.Sub("template"));
                _template = template;
                AppDomain.CurrentDomain.ProcessExit += (_, _) => template.Dispose();
            }

            return _template.Sub("template");
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task MakeAsync(string folder)
    {
        await using RunningProcess command = RunningProcess.Start([.. Product.Dashboard(), "enroll-token", "--uses", "100000", "--expires", "2d", $"--TdxDash:DataFolder={folder}"]);
        _token = (await command.LineAsync(new System.Text.RegularExpressions.Regex("^tdxe_.*$"))).Value;
        Assert.Equal(0, await command.EndAsync());
        await using SqliteConnection database = Open(folder);
        foreach ((string scope, ECDsa key) in new[] { ("Demo", Demo), ("Imports", Imports) })
        {
            byte[] publicKey = key.ExportSubjectPublicKeyInfo();
            await ExecuteAsync(database, "INSERT INTO probes (scope, host_id, name, key_id, public_key, token, enrolled_at_us) VALUES ($scope, '', 'test', $id, $key, 1, 0)",
                ("$scope", scope), ("$id", Convert.ToHexStringLower(SHA256.HashData(publicKey))), ("$key", publicKey));
        }

        await using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT realm FROM probe_realm";
        _realm = Convert.ToString(await query.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }

    private static SqliteConnection Open(string folder)
    {
        var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, Database), Pooling = false }.ToString());
        database.Open();
        return database;
    }

    // The texts are constants of this file.
#pragma warning disable CA2100
    private static async Task ExecuteAsync(SqliteConnection database, string sql, params (string Name, object Value)[] values)
    {
        await using SqliteCommand command = database.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        await command.ExecuteNonQueryAsync();
    }
#pragma warning restore CA2100
}
