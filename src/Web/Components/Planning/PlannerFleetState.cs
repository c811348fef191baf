using System.Globalization;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Planning;

/// <summary>What to change about Dynamic PAMT on every host.</summary>
public enum DynamicPamtChoice
{
    /// <summary>As each host has it.</summary>
    AsIs,

    /// <summary>On, where the module offers it.</summary>
    On,

    /// <summary>Off.</summary>
    Off,
}

/// <summary>What the planner shows of the fleet: <c>?q=family:GNR&amp;price=4.5&amp;module=tdx-2.0.08-gnr&amp;dpamt=on&amp;use=60</c>.</summary>
public sealed record PlannerFleetState : IUrlState<PlannerFleetState>
{
    /// <summary>The highest price of a GiB.</summary>
    public const decimal MostPrice = 1_000_000;

    private static readonly Dictionary<string, DynamicPamtChoice> Choices = new(StringComparer.Ordinal) { ["as-is"] = DynamicPamtChoice.AsIs, ["on"] = DynamicPamtChoice.On, ["off"] = DynamicPamtChoice.Off };
    private static readonly Dictionary<string, string?> Modules = PlanModules.All.ToDictionary(module => module.Name, module => (string?)module.Name, StringComparer.Ordinal);

    /// <summary>The search, as on the fleet page.</summary>
    public string Search { get; init; } = "";

    /// <summary>The price of a GiB of memory, in any currency; 0 for none said.</summary>
    public decimal Price { get; init; }

    /// <summary>The module that all hosts get; null for their own.</summary>
    public string? Module { get; init; }

    /// <summary>Dynamic PAMT.</summary>
    public DynamicPamtChoice DynamicPamt { get; init; }

    /// <summary>The part of memory that TDs use, in percent; null for what a host's plan says, which is none.</summary>
    public decimal? Use { get; init; }

    /// <summary>The change of each machine.</summary>
    public FleetChange Change => this is { Module: null, DynamicPamt: DynamicPamtChoice.AsIs, Use: null } ? FleetChange.None : new FleetChange
    {
        Module = Module is null ? null : PlanModules.Find(Module),
        DynamicPamt = DynamicPamt switch { DynamicPamtChoice.On => true, DynamicPamtChoice.Off => false, _ => null },
        Use = Use,
    };

    /// <inheritdoc/>
    public static UrlParse<PlannerFleetState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        return reader.Done(new PlannerFleetState
        {
            Search = reader.Text("q", FleetSearch.MaxLength),
            Price = Decimal(reader, "price", MostPrice, 4) ?? 0,
            Module = reader.Word("module", Modules, null),
            DynamicPamt = reader.Word("dpamt", Choices, DynamicPamtChoice.AsIs),
            Use = Decimal(reader, "use", 100, 2),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("q", Search.Length == 0 ? null : Search)
        .With("price", Price == 0 ? null : Text(Price))
        .With("module", Module)
        .With("dpamt", DynamicPamt switch { DynamicPamtChoice.On => "on", DynamicPamtChoice.Off => "off", _ => null })
        .With("use", Use is { } use ? Text(use) : null);

    private static decimal? Decimal(UrlReader reader, string name, decimal most, int digits)
    {
        if (reader.Raw(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value <= most && decimal.Round(value, digits) == value)
        {
            return value;
        }

        reader.Add(string.Create(CultureInfo.InvariantCulture, $"'{name}' in the address is '{UrlReader.Shown(text)}': use a number from 0 to {most:0} with a point and at most {digits} digits behind it."));
        return null;
    }

    private static string Text(decimal value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
