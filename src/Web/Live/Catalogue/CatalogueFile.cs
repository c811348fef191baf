using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Options;

namespace TdxDash.Web.Live.Catalogue;

/// <summary>Takes the module catalogue from the file that the settings name, at the start and whenever that file changes. A file that cannot be taken changes nothing.</summary>
internal sealed class CatalogueFile(DashboardOptions options, TimeProvider time, ILogger<CatalogueFile> log) : BackgroundService, IModuleCatalogue
{
    /// <summary>How often the file is looked at. Watching it would miss files that are replaced behind a link, as in containers.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly string? _file = options.ModuleCatalogue;
    private volatile Taken _taken = new(ModuleCatalogue.Shipped, ModuleCatalogue.ShippedBytes(), new CatalogueState(options.ModuleCatalogue, null, null));
    private (DateTime Written, long Length)? _looked;

    /// <inheritdoc/>
    public event Action? Changed;

    /// <inheritdoc/>
    public ModuleCatalogue Current => _taken.Catalogue;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bytes => _taken.Bytes;

    /// <inheritdoc/>
    public CatalogueState State => _taken.State;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first page is drawn with the other list.
        Look();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Looks at the file, and takes it where it is another one than at the last look.</summary>
    internal void Look()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            var found = new FileInfo(_file);
            (DateTime, long)? now = found.Exists ? (found.LastWriteTimeUtc, found.Length) : null;
            if (now is not null && now == _looked)
            {
                return;
            }

            byte[] bytes = Read(_file);
            ModuleCatalogue catalogue = CatalogueReader.Read(bytes);
            _looked = now;
            _taken = new Taken(catalogue, bytes, new CatalogueState(_file, time.GetUtcNow(), null));
            log.LogInformation("The module catalogue {File} is in use: {Count} releases as of {AsOf}.", _file, catalogue.Releases.Count, catalogue.AsOf);
            Changed?.Invoke();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SourceFormatException)
        {
            Refuse(e.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            using var timer = new PeriodicTimer(LookEvery, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The dashboard stops.
        }
    }

    private void Refuse(string reason)
    {
        _looked = null;
        string trouble = $"The module catalogue {_file} cannot be taken: {reason} Correct the file, its rights or the setting TdxDash:ModuleCatalogue. Until it can be taken, the list as of {Current.AsOf} stays in use.";
        if (trouble == State.Trouble)
        {
            return;
        }

        _taken = _taken with { State = State with { Trouble = trouble } };
        log.LogError("{Trouble}", trouble);
        Changed?.Invoke();
    }

    // Not more than is looked at, whatever the file is.
    private static byte[] Read(string file)
    {
        using FileStream stream = File.OpenRead(file);
        byte[] bytes = new byte[CatalogueReader.MaxBytes + 1];
        int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private sealed record Taken(ModuleCatalogue Catalogue, byte[] Bytes, CatalogueState State);
}
