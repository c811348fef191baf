using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
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

/// <summary>By what hosts are added up.</summary>
public enum FleetGrouping
{
    /// <summary>Their group, such as a site or rack.</summary>
    Group,

    /// <summary>The module that they run.</summary>
    Module,

    /// <summary>Their CPU family.</summary>
    Family,
}

/// <summary>What the planner shows of the fleet: <c>?q=family:GNR&amp;price=4.5&amp;module=tdx-2.0.08-gnr&amp;dpamt=on&amp;use=60&amp;add=256&amp;buy=20&amp;like=2+sockets+x+1+TiB&amp;by=module</c>.</summary>
public sealed record PlannerFleetState : IUrlState<PlannerFleetState>
{
    /// <summary>The highest price of a GiB.</summary>
    public const decimal MostPrice = 1_000_000;

    /// <summary>The most GiB that each host gets.</summary>
    public const int MostAdded = 65_536;

    /// <summary>The most hosts that are bought.</summary>
    public const int MostBought = 100_000;

    /// <summary>The longest plan of a host that is bought, in characters.</summary>
    public const int LongestLike = 1_900;

    private static readonly Dictionary<string, FleetGrouping> Groupings = new(StringComparer.Ordinal) { ["group"] = FleetGrouping.Group, ["module"] = FleetGrouping.Module, ["family"] = FleetGrouping.Family };
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

    /// <summary>GiB that each host gets.</summary>
    public int AddedGiB { get; init; }

    /// <summary>Hosts that are bought.</summary>
    public int Bought { get; init; }

    /// <summary>The plan of a host that is bought; empty for none.</summary>
    public string Like { get; init; } = "";

    /// <summary>By what hosts are added up.</summary>
    public FleetGrouping By { get; init; }

    /// <summary>The hosts that are bought, as one machine; null for none, also where its plan has a mistake.</summary>
    public FleetMachine? Purchase => Bought > 0 && PlanText.Parse(Like).Machine is { } machine ? new FleetMachine("", Reading.Known(machine, machine.Provenance, machine.Source), Bought) : null;

    /// <summary>The change of each machine.</summary>
    public FleetChange Change => this is { Module: null, DynamicPamt: DynamicPamtChoice.AsIs, Use: null, AddedGiB: 0 } ? FleetChange.None : new FleetChange
    {
        Added = new ByteSize((ulong)AddedGiB * ByteSize.GiB),
        Module = Module is null ? null : PlanModules.Find(Module),
        DynamicPamt = DynamicPamt switch { DynamicPamtChoice.On => true, DynamicPamtChoice.Off => false, _ => null },
        Use = Use,
    };

    /// <inheritdoc/>
    public static UrlParse<PlannerFleetState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        return reader.Done(WithoutMistakes(reader, new PlannerFleetState
        {
            Search = reader.Text("q", FleetSearch.MaxLength),
            Price = Decimal(reader, "price", MostPrice, 4) ?? 0,
            Module = reader.Word("module", Modules, null),
            DynamicPamt = reader.Word("dpamt", Choices, DynamicPamtChoice.AsIs),
            Use = Decimal(reader, "use", 100, 2),
            AddedGiB = (int)reader.Number("add", 0, MostAdded, 0),
            Bought = (int)reader.Number("buy", 0, MostBought, 0),
            Like = reader.Text("like", LongestLike),
            By = reader.Word("by", Groupings, FleetGrouping.Group),
        }));
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("q", Search.Length == 0 ? null : Search)
        .With("price", Price == 0 ? null : Text(Price))
        .With("module", Module)
        .With("dpamt", DynamicPamt switch { DynamicPamtChoice.On => "on", DynamicPamtChoice.Off => "off", _ => null })
        .With("use", Use is { } use ? Text(use) : null)
        .With("add", AddedGiB == 0 ? null : Text(AddedGiB))
        .With("buy", Bought == 0 ? null : Text(Bought))
        .With("like", Like.Length == 0 ? null : Like)
        .With("by", By == FleetGrouping.Group ? null : Groupings.Single(pair => pair.Value == By).Key);

    // A purchase that cannot be worked out is named and left out; its text stays, to be mended.
    private static PlannerFleetState WithoutMistakes(UrlReader reader, PlannerFleetState state)
    {
        if (state.Bought > 0 && state.Like.Length == 0)
        {
            reader.Add(string.Create(CultureInfo.InvariantCulture, $"{state.Bought} hosts are to be bought, and no plan says what they are: write one, such as 2 sockets x 1 TiB, hole 2G-4G."));
        }
        else if (state.Like.Length > 0 && PlanText.Parse(state.Like).Problems is [var first, ..])
        {
            reader.Add($"The plan of the hosts to buy, {first}");
        }

        return state;
    }

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
