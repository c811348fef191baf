using System.Globalization;
using TdxDash.Web.Metrics;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Options;

/// <summary>How the dashboard runs: bound and checked once, before anything starts.</summary>
public sealed record DashboardOptions
{
    /// <summary>The section of all keys that are the dashboard's own.</summary>
    public const string Section = "TdxDash";

    /// <summary>The address where nothing else is set.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>The folder that holds the database; absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where to listen, from <c>urls</c>.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Whether addresses beyond loopback are accepted.</summary>
    public required bool AllowRemote { get; init; }

    /// <summary>The store's writer.</summary>
    public required StoreOptions Store { get; init; }

    /// <summary>The Redis by which several dashboards on one store tell each other of news; null for none.</summary>
    public RedisOptions? Redis { get; init; }

    /// <summary>How long and how much the store keeps.</summary>
    public RetentionRule Retention { get; init; } = new(null, null);

    /// <summary>When backups are made; null for never.</summary>
    public BackupRule? Backup { get; init; }

    /// <summary>How long somebody stays signed in.</summary>
    public SessionLimits Sessions { get; init; } = SessionLimits.Default;

    /// <summary>The certificate of https addresses; null for none.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Proxies that are believed when they say where a request came from and how.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Proxies { get; init; } = [];

    /// <summary>The OpenID provider by which people sign in; null for none.</summary>
    public OpenIdOptions? OpenId { get; init; }

    /// <summary>Who is told of alerts, as far as it stands in the settings.</summary>
    public AlertOptions Alerts { get; init; } = AlertOptions.None;

    /// <summary>The file with the module catalogue; null for the list that the dashboard came with.</summary>
    public string? ModuleCatalogue { get; init; }

    /// <summary>Whether an OpenTelemetry collector is named that gets the dashboard's own metrics.</summary>
    public bool IsOtlpOn { get; init; }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Help => $"""
        Usage: TdxDash.Web [COMMAND] [--KEY VALUE]...

        The TDX host dashboard. Without a command it runs until it is stopped. Commands, of which all but restore and move-store may run beside it:

          backup FILE                      Copies the database and the key files to FILE and checks the copy.
          restore FILE                     Checks a backup and puts it in the place of the database, which is kept aside.
          support-bundle FILE              Writes versions, settings, the store's statistics and check, and logs (--log FILE, or - for standard
                                           input) to a zip file, without names, addresses and secrets (--redact false leaves them in).
          move-store                       Copies the SQLite database of the data folder into the empty PostgreSQL database that is set, and compares
                                           both. All or nothing; the SQLite file stays as it is. Stop the dashboard first.
          retention                        Prints what the retention that is set would remove now. Removes nothing.
          account-link NAME                Prints a link by which NAME sets a password, once within a day: for a new administrator of everything where
                                           there is no such account, or for who has lost a password.
          api-token NAME --for TEXT [--role viewer|operator|administrator] [--group GROUP] [--expires TIME]
                                           Prints an API token of the account NAME, and what it is for stands on its page. Default --role viewer
                                           --expires 90d; TIME up to 366d.
          enroll-token [--for host|demo|imports] [--uses N] [--expires TIME] [--group GROUP]
                                           Prints a token for tdxprobe enroll. Default --for host --uses 1 --expires 1h; TIME is a
                                           number with m, h or d, up to 365d. Run it as the user of the dashboard.

        Keys can be given on the command line, as environment variables (TdxDash__DataFolder) or in appsettings.json.

          --urls URLS                      Addresses to listen on, separated by semicolons. Default {DefaultUrl}.
          --TdxDash:DataFolder FOLDER      Folder of the database. Default $STATE_DIRECTORY, else $XDG_DATA_HOME/tdxdash/dashboard,
                                           else ~/.local/share/tdxdash/dashboard.
          --TdxDash:Tls:Certificate FILE   Certificate of https addresses, in PEM, with what signed it; read again when it changes. With it:
          --TdxDash:Tls:Key FILE           its private key, in PEM.
          --TdxDash:AllowRemote BOOL       Listen on http beyond loopback, as behind a proxy that ends TLS. Default false.
          --TdxDash:Proxies LIST           Addresses or networks of proxies, separated by blanks, whose X-Forwarded-For, -Proto and -Host are believed.
                                           Default none.
          --TdxDash:Store:Engine NAME      Where the store lies: sqlite, a file in the data folder, or postgres. Default sqlite. With postgres:
          --TdxDash:Store:ConnectionStringFile FILE   file whose first line is the connection string,
                                           Host=db.example;Database=tdxdash;Username=tdxdash;Password=... (or ConnectionString TEXT itself, which
                                           whoever lists processes can read on a command line). PostgreSQL {PostgresSchema.LeastServer} or newer.
          --TdxDash:Redis:ConnectionStringFile FILE   several dashboards on one PostgreSQL: file whose first line is
                                           redis.example:6379,user=tdxdash,password=...,ssl=true; by it each sees at once what another stored,
                                           and else a second later (or ConnectionString TEXT itself). Default none.
          --TdxDash:Store:QueueLength N    Snapshots that may wait for the store's writer, {StoreOptions.MinQueueLength} to {StoreOptions.MaxQueueLength}. Default {StoreOptions.DefaultQueueLength}.
          --TdxDash:Store:QueueMiB N       Memory that they may take, in MiB, {StoreOptions.MinQueueMiB} to {StoreOptions.MaxQueueMiB}. Default {StoreOptions.DefaultQueueMiB}.
          --TdxDash:Retention:Days N       Remove snapshots that gave way to newer ones more than N days ago, 0 to {RetentionOptions.MaxDays}. Default 0: keep all.
          --TdxDash:Retention:MiB N        Remove the oldest of those while the database is larger than N MiB, 0 to {RetentionOptions.MaxMiB}. Default 0: no limit.
          --TdxDash:Backup:Folder FOLDER   Make backups by itself, into this folder. Default none.
          --TdxDash:Backup:Every TIME      The time between two, 10m to 366d. Default 1d.
          --TdxDash:Backup:Keep N          How many stay, {BackupOptions.MinKeep} to {BackupOptions.MaxKeep}. Default {BackupOptions.DefaultKeep}.
          --TdxDash:SignIn:IdleMinutes N   Sign out after N minutes without a request or click, {SessionLimits.MinIdleMinutes} to {SessionLimits.MaxIdleMinutes}. Default {SessionLimits.DefaultIdleMinutes}.
          --TdxDash:SignIn:Hours N         Sign out N hours after signing in, {SessionLimits.MinHours} to {SessionLimits.MaxHours}. Default {SessionLimits.DefaultHours}.
          --TdxDash:OpenId:Authority URL   OpenID provider by which people sign in too. Default none. With it:
          --TdxDash:OpenId:ClientId ID     the client id there; its redirect address is URL{OpenIdScheme.Callback}.
          --TdxDash:OpenId:ClientSecretFile FILE   file that holds the client secret.
          --TdxDash:OpenId:Grants LIST     what its groups may do: tdx-admins=administrator:*;lab=operator:lab;*=viewer:*
          --TdxDash:OpenId:GroupsClaim NAME   Claim that lists groups. Default groups.
          --TdxDash:OpenId:NameClaim NAME  Claim that names the account. Default preferred_username.
          --TdxDash:OpenId:Scopes LIST     Scopes besides openid, separated by blanks. Default profile.
        {AlertOptions.Help}
          --TdxDash:ModuleCatalogue FILE   List of TDX module releases in place of the one that TdxDash came with; taken anew when it changes.
          --AllowedHosts HOSTS             Host names that requests may carry, separated by semicolons. Default localhost;127.0.0.1;[::1],
                                           and every name with AllowRemote. Set it when a reverse proxy passes its own name on.
          --OTEL_EXPORTER_OTLP_ENDPOINT URL
                                           An OpenTelemetry collector that gets the dashboard's own metrics. Default none: nothing is sent.
                                           OpenTelemetry's other OTEL_ keys hold with it, such as OTEL_EXPORTER_OTLP_PROTOCOL.
          --help                           Prints this.

        """;

    /// <summary>Binds and checks all keys.</summary>
    /// <exception cref="StartRefusedException">One or more keys are wrong; every one is listed.</exception>
    public static DashboardOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var keys = new OptionReader(configuration);
        string[] urls = (keys.Text("urls") ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var options = new DashboardOptions
        {
            DataFolder = keys.Folder($"{Section}:DataFolder") ?? DefaultFolder(),
            Urls = urls,
            AllowRemote = keys.Flag($"{Section}:AllowRemote", fallback: false),
            Store = new StoreOptions
            {
                QueueLength = keys.Number($"{Section}:Store:QueueLength", StoreOptions.MinQueueLength, StoreOptions.MaxQueueLength, StoreOptions.DefaultQueueLength),
                QueueBytes = (long)keys.Number($"{Section}:Store:QueueMiB", StoreOptions.MinQueueMiB, StoreOptions.MaxQueueMiB, StoreOptions.DefaultQueueMiB) << 20,
                Postgres = PostgresOptions.Read(keys),
            },
            Retention = RetentionOptions.Read(keys),
            Backup = BackupOptions.Read(keys),
            Sessions = new SessionLimits(
                TimeSpan.FromMinutes(keys.Number($"{Section}:SignIn:IdleMinutes", SessionLimits.MinIdleMinutes, SessionLimits.MaxIdleMinutes, SessionLimits.DefaultIdleMinutes)),
                TimeSpan.FromHours(keys.Number($"{Section}:SignIn:Hours", SessionLimits.MinHours, SessionLimits.MaxHours, SessionLimits.DefaultHours))),
            OpenId = OpenIdOptions.Read(keys),
            Tls = TlsFiles.Read(keys, urls),
            Proxies = keys.Networks($"{Section}:Proxies"),
            Alerts = AlertOptions.Read(keys),
            IsOtlpOn = OtlpExport.IsOn(keys),
            ModuleCatalogue = keys.Text($"{Section}:ModuleCatalogue") is { } file ? Path.GetFullPath(file) : null,
        };
        options = options with { Redis = RedisOptions.Read(keys, isShared: options.Store.Postgres is not null) };
        if (options is { Store.Postgres: not null, Backup: not null })
        {
            keys.Errors.Add($"{Section}:Backup:Folder is set, but the dashboard makes no backups of PostgreSQL: use what your database server has, such as pg_dump, and remove the key.");
        }

        keys.CheckAddresses(urls, options.AllowRemote);
        keys.RefuseUnknown(Section);
        return keys.Errors.Count == 0
            ? options
            : throw new StartRefusedException("The dashboard's settings are wrong:" + string.Concat(keys.Errors.Select(error => $"\n  {error}")));
    }

    private static string DefaultFolder()
    {
        // systemd sets STATE_DIRECTORY for a unit with StateDirectory=, where there is often no home.
        string? state = Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0];
        return string.IsNullOrEmpty(state)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "tdxdash", "dashboard")
            : state;
    }
}

/// <summary>How much may wait for the store's writer.</summary>
public sealed record StoreOptions
{
    /// <summary>The shortest queue.</summary>
    public const int MinQueueLength = 1;

    /// <summary>The longest queue.</summary>
    public const int MaxQueueLength = 100_000;

    /// <summary>The queue where nothing else is set.</summary>
    public const int DefaultQueueLength = 2_048;

    /// <summary>The smallest queue memory, in MiB: room for one body.</summary>
    public const int MinQueueMiB = 4;

    /// <summary>The largest queue memory, in MiB.</summary>
    public const int MaxQueueMiB = 16_384;

    /// <summary>The queue memory where nothing else is set, in MiB.</summary>
    public const int DefaultQueueMiB = 64;

    /// <summary>Snapshots that may wait.</summary>
    public required int QueueLength { get; init; }

    /// <summary>Bytes of bodies that may wait.</summary>
    public required long QueueBytes { get; init; }

    /// <summary>The PostgreSQL database that is the store; null for SQLite in the data folder.</summary>
    public PostgresOptions? Postgres { get; init; }
}

/// <summary>Bounds of the retention's keys.</summary>
internal static class RetentionOptions
{
    /// <summary>The longest age, in days.</summary>
    public const int MaxDays = 36_500;

    /// <summary>The largest database, in MiB.</summary>
    public const int MaxMiB = 100_000_000;

    /// <summary>Reads the rule.</summary>
    public static RetentionRule Read(OptionReader keys)
    {
        int days = keys.Number($"{DashboardOptions.Section}:Retention:Days", 0, MaxDays, 0);
        int size = keys.Number($"{DashboardOptions.Section}:Retention:MiB", 0, MaxMiB, 0);
        return new RetentionRule(days == 0 ? null : TimeSpan.FromDays(days), size == 0 ? null : (long)size << 20);
    }
}

/// <summary>Reads keys and gathers what is wrong with them.</summary>
internal sealed class OptionReader(IConfiguration configuration)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Errors { get; } = [];

    public string? Text(string key)
    {
        _known.Add(key);
        string? text = configuration[key];
        return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
    }

    public string? Folder(string key)
    {
        string? text = Text(key);
        if (text is null)
        {
            return null;
        }

        if (text.Contains('\0') || File.Exists(text))
        {
            Errors.Add($"{key} is '{text}', which is a file or no path: set it to a folder.");
            return null;
        }

        return Path.GetFullPath(text);
    }

    /// <summary>The first line of a file that a key names; null where none is named.</summary>
    public string? FileText(string key)
    {
        string? file = Text(key);
        if (file is null)
        {
            return null;
        }

        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim() is { Length: > 0 } line ? line : throw new InvalidDataException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Errors.Add($"{key} is '{file}', which cannot be read: {e.Message} Name a file that the dashboard may read and whose first line is the secret.");
            return null;
        }
    }

    public Uri? Url(string key)
    {
        string? text = Text(key);
        if (text is null || (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)))
        {
            return text is null ? null : new Uri(text);
        }

        Errors.Add($"{key} is '{text}': set it to an http or https address, such as http://127.0.0.1:4317.");
        return null;
    }

    public bool Flag(string key, bool fallback)
    {
        string? text = Text(key);
        if (text is null || bool.TryParse(text, out fallback))
        {
            return fallback;
        }

        Errors.Add($"{key} is '{text}': set it to true or false.");
        return false;
    }

    public int Number(string key, int min, int max, int fallback)
    {
        string? text = Text(key);
        if (text is null)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        Errors.Add($"{key} is '{text}': set it to a number from {min} to {max}.");
        return fallback;
    }

    /// <summary>Addresses and networks, separated by blanks.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Networks(string key)
    {
        var networks = new List<System.Net.IPNetwork>();
        foreach (string part in (Text(key) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (System.Net.IPNetwork.TryParse(part, out System.Net.IPNetwork network))
            {
                networks.Add(network);
            }
            else if (System.Net.IPAddress.TryParse(part, out System.Net.IPAddress? address))
            {
                networks.Add(new System.Net.IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128));
            }
            else
            {
                Errors.Add($"{key} holds '{part}', which is no address or network: write it as 10.0.0.5 or 10.0.0.0/24.");
            }
        }

        return networks;
    }

    public void CheckAddresses(IReadOnlyList<string> urls, bool allowRemote)
    {
        IEnumerable<(string Key, string Url)> endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"] ?? ""));
        foreach ((string key, string url) in urls.Select(url => ("urls", url)).Concat(endpoints))
        {
            CheckAddress(key, url, allowRemote);
        }
    }

    public void RefuseUnknown(string section)
    {
        foreach (KeyValuePair<string, string?> pair in configuration.GetSection(section).AsEnumerable().Where(pair => pair.Value is not null && !_known.Contains(pair.Key)))
        {
            Errors.Add($"{pair.Key} is not a setting of this version: remove it, or see --help for the right name.");
        }
    }

    private void CheckAddress(string key, string url, bool allowRemote)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            Errors.Add($"{key} holds '{url}', which is no address: write it as {DashboardOptions.DefaultUrl}.");
            return;
        }

        bool isLoopback = address.IsUnixPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out System.Net.IPAddress? ip) && System.Net.IPAddress.IsLoopback(ip));
        if (!isLoopback && !allowRemote && !address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
        {
            Errors.Add($"{key} holds '{url}', which other machines can reach without TLS: passwords and what hosts tell could be read on the way. Listen on https with "
                + $"{DashboardOptions.Section}:Tls:Certificate and :Key, or on {DashboardOptions.DefaultUrl}; behind a proxy that ends TLS, set {DashboardOptions.Section}:AllowRemote=true.");
        }
    }
}
