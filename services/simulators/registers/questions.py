"""What each made-up register can be asked: every question of the policies that ship."""

from collections.abc import Mapping

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "ACCIDENT_INS": frozenset({"unbroken_accident_insurance_month"}),
    "AGRI": frozenset({"farmer"}),
    "CERT_REG": frozenset(
        {
            "certificate",
            "occupation_class",
            "occupation_in_national_catalogue",
            "special_capacity_approval",
        }
    ),
    "CERT_SPECIALOP": frozenset({"certificate"}),
    "CIVIL": frozenset({"minimum_living"}),
    "COURSE_LOG": frozenset(
        {
            "apprenticeship",
            "attended_day",
            "offline_hour",
            "online_hour",
            "required_hour",
            "trainee_fee",
        }
    ),
    "DISABILITY": frozenset({"disability", "disabled", "disabled_severe"}),
    "EDU": frozenset({"left_school", "school", "student", "two_after"}),
    "EMERG": frozenset({"high_risk_work", "high_risk_worker"}),
    "EVAL_REG": frozenset({"pilot_scope"}),
    "INST_REG": frozenset({"agreement"}),
    "JUSTICE": frozenset({"custody", "in_rehabilitation", "prisoner", "rehabilitation"}),
    "LABOUR": frozenset(
        {
            "at_risk",
            "capacity_cut",
            "difficult_firm",
            "domestic_worker",
            "hard_to_employ",
            "review_done",
            "rural_transfer",
            "unemployed",
            "unemployment",
            "zero_employment_family",
        }
    ),
    "POLICE": frozenset(
        {
            "death",
            "immediate_relative",
            "local_household",
            "rural_household",
            "yellow_river_resettled",
        }
    ),
    "POVERTY": frozenset({"poor_child", "poor_family", "poor_labour", "poverty"}),
    "RESIDENCE": frozenset({"residence", "unbroken_residence_month"}),
    "SI_EMPLOY": frozenset(
        {"employer_insured", "in_post", "insured_month", "new_hire", "work_training_month"}
    ),
    "SI_PENSION": frozenset({"pension"}),
    "SI_UNEMP": frozenset({"insured_month"}),
    "VETERANS": frozenset({"army_cadre", "demobilised_soldier", "veteran"}),
}
