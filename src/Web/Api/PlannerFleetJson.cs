using System.Globalization;
using System.Text.Json;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Planning;

namespace TdxDash.Web.Api;

/// <summary>The fleet's plan as JSON: what was asked, the sums over all hosts and over each group, and every host. docs/planner.md describes it.</summary>
internal static class PlannerFleetJson
{
    /// <summary>Writes it.</summary>
    /// <param name="rows">The hosts.</param>
    /// <param name="state">What was asked.</param>
    /// <param name="at">The time of the fleet.</param>
    public static byte[] Write(IReadOnlyList<PlannerFleetRow> rows, PlannerFleetState state, DateTimeOffset at)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("at", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("question", state.ToQuery().ToString());
            json.WritePropertyName("total");
            WriteSum(json, new PlannerFleetGroup("", FleetSum.Of([.. rows.Where(row => row.Row is not null).Select(row => row.Row!)]), rows.Count(row => row.Row is null), []), state.Price);
            json.WriteStartArray("groups");
            foreach (PlannerFleetGroup group in PlannerFleetGroup.Of(rows, state.By))
            {
                WriteSum(json, group, state.Price);
            }

            json.WriteEndArray();
            json.WriteStartArray("hosts");
            foreach (PlannerFleetRow row in rows)
            {
                json.WriteStartObject();
                foreach (PlannerFleetField field in PlannerFleetField.All)
                {
                    TableValues.Write(json, field.Name, field.Value(row, state.Price));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void WriteSum(Utf8JsonWriter json, PlannerFleetGroup group, decimal price)
    {
        FleetSum sum = group.Sum;
        json.WriteStartObject();
        if (group.Key.Length > 0)
        {
            json.WriteString("key", group.Key);
        }

        json.WriteNumber("hosts", sum.Machines);
        json.WriteNumber("gaps", group.Gaps);
        json.WriteNumber("failing", sum.Failing);
        json.WriteNumber("using_dynamic_pamt", sum.UsingDynamicPamt);
        json.WriteNumber("memory_bytes", sum.Memory);
        json.WriteNumber("initialised_memory_bytes", sum.Initialised);
        json.WriteNumber("pamt_bytes", sum.Paid);
        json.WriteNumber("pamt_percent", sum.PaidPercent);
        TableValues.Write(json, "pamt_cost", price > 0 ? (double)FleetPlan.Money(sum.Paid, price) : null);
        json.WriteNumber("static_pamt_bytes", sum.StaticPamt);
        json.WriteNumber("dynamic_pamt_bytes", sum.DynamicPamt);
        json.WriteNumber("dynamic_pamt_gain_bytes", sum.Gain);
        TableValues.Write(json, "dynamic_pamt_gain_cost", price > 0 ? (double)FleetPlan.Money(sum.Gain, price) : null);
        json.WriteNumber("keyids", sum.KeyIds);
        json.WriteNumber("keyids_unknown", sum.KeyIdsUnknown);
        TableValues.Write(json, "fewest_reserved_left", sum.FewestReserved);
        TableValues.Write(json, "fewest_tdmrs_left", sum.FewestTdmrs);
        json.WriteEndObject();
    }
}
