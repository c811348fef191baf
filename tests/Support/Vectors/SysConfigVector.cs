using System.Text.Json;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Testing;

/// <summary>One case of <c>sysconfig*.jsonl</c>: a call of TDH.SYS.CONFIG and what Intel's own module code answered.</summary>
internal sealed record SysConfigVector(SysConfigPlatform Platform, SysConfigOperands Operands, SysConfigAnswer Expected)
{
    public static SysConfigVector Parse(JsonElement json) => new(PlatformOf(json), OperandsOf(json), ExpectedOf(json.GetProperty("expect")));

    /// <summary>An answer on one line.</summary>
    public static string Describe(SysConfigAnswer answer) => $"{Hex.Plain(answer.Status)} {answer.State} {answer.Hkid}";

    private static SysConfigAnswer ExpectedOf(JsonElement expect) =>
        new(Number(expect.GetProperty("status")), (SysState)expect.GetProperty("sys_state_after").GetInt32(), expect.GetProperty("hkid_after").GetUInt64());

    private static SysConfigPlatform PlatformOf(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigPlatform
        {
            HkidStartBit = env.GetProperty("hkid_start_bit").GetInt32(),
            HkidBits = env.GetProperty("hkid_bits").GetInt32(),
            PrivateHkidMin = env.GetProperty("private_hkid_min").GetUInt32(),
            PrivateHkidMax = env.GetProperty("private_hkid_max").GetUInt32(),
            Seamrr = new RawRange(Number(env.GetProperty("seamrr_base")), Number(env.GetProperty("seamrr_size"))),
            Cmrs = Ranges(root.GetProperty("cmrs")),
            State = (SysState)env.GetProperty("sys_state").GetInt32(),
            LogicalProcessors = env.GetProperty("num_lps").GetUInt32(),
            InitializedLogicalProcessors = env.GetProperty("num_init_lps").GetUInt32(),
            GlobalLockHeld = env.GetProperty("global_lock").GetUInt32() != 0,
        };
    }

    private static SysConfigOperands OperandsOf(JsonElement root)
    {
        JsonElement env = root.GetProperty("env");
        return new SysConfigOperands(Number(env.GetProperty("rcx")), Number(env.GetProperty("rdx")), Number(env.GetProperty("r8")),
            [.. root.GetProperty("tdmrs").EnumerateArray().Select(tdmr => new TdmrInfo(
                Number(tdmr.GetProperty("pa")),
                new RawRange(Number(tdmr.GetProperty("base")), Number(tdmr.GetProperty("size"))),
                Range(tdmr.GetProperty("pamt_4k")),
                Range(tdmr.GetProperty("pamt_2m")),
                Range(tdmr.GetProperty("pamt_1g")),
                Ranges(tdmr.GetProperty("rsvd"))))]);
    }

    private static RawRange[] Ranges(JsonElement array) => [.. array.EnumerateArray().Select(Range)];

    private static RawRange Range(JsonElement pair) => new(Number(pair[0]), Number(pair[1]));

    private static ulong Number(JsonElement text) =>
        Hex.TryParse(text.GetString(), out ulong value) ? value : throw new FormatException($"{text} is not a number.");
}
